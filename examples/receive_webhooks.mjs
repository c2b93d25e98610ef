// Receive webhooks of Kordon's with Node: check each signature, take each delivery in once.
//
//     HOOK_SECRET=whsec_... node receive_webhooks.mjs 8000
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE_SECONDS = 300; // an older delivery may be a recording that somebody plays back
const seen = new Set();

export function isGenuine(headers, body, secret, now) {
  const sent = headers["webhook-timestamp"] ?? "";
  if (!/^\d+$/.test(sent) || Math.abs(now - Number(sent)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${sent}.`), body]);
  const expected = Buffer.from("v1," + createHmac("sha256", key).update(signed).digest("base64"));
  return (headers["webhook-signature"] ?? "").split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const [, program, port] = process.argv;
if (program?.endsWith(".mjs") && !(port && process.env.HOOK_SECRET)) {
  console.error("usage: HOOK_SECRET=whsec_... node receive_webhooks.mjs PORT");
  process.exit(2);
}
if (port) {
  createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const genuine = isGenuine(request.headers, body, process.env.HOOK_SECRET, Date.now() / 1000);
    if (genuine && !seen.has(request.headers["webhook-id"])) {
      const told = JSON.parse(body);
      console.log(told.type, told.data.change?.title ?? ""); // keep it durably before you answer
      seen.add(request.headers["webhook-id"]);
    }
    response.writeHead(genuine ? 204 : 401).end();
  }).listen(Number(port), "127.0.0.1");
}
