// Follow Kordon's stories with a consumer group, across restarts of our own: as follow_changes.py,
// which says what happens. Run it as `node follow_changes.mjs REDIS_URL_OR_SOCKET [TOPIC] [COUNT]`
// beside ioredis (`npm install ioredis`); one JSON line for each event.
import Redis from "ioredis";

const ordinal = (id) => id.split("-").map(BigInt);
const isBefore = (one, other) => {
  const [[a, b], [c, d]] = [ordinal(one), ordinal(other)];
  return a < c || (a === c && b < d);
};
const record = (flat) =>
  Object.fromEntries(flat.flatMap((name, at) => (at % 2 ? [] : [[name, flat[at + 1]]])));

// Return the newest change that this group was given.
async function lastGiven(client, stream, group) {
  const groups = (await client.xinfo("GROUPS", stream)).map(record);
  return groups.find((one) => one.name === group)["last-delivered-id"];
}

// Return the newest change that was dropped, if one after `given` was; else nothing.
async function lostAfter(client, prefix, given) {
  const trimmed = (await client.hget(`${prefix}window`, "trimmed")) || "0-0";
  return isBefore(given, trimmed) ? trimmed : "";
}

// Return the stories that an event says something new of; what split off has no event of its own.
const named = ({ kind, story, other }) =>
  ["split", "merged"].includes(kind) ? [story, other] : [story];

// Yield each event with the stories to read, as they are now, the event's own first; asking for the
// next acknowledges it.
export async function* follow(client, topic, group, start = "0", patience = 2000) {
  const prefix = `kordon:v1:{${topic}}:`;
  const stream = `${prefix}changes`;
  await client.xgroup("CREATE", stream, group, start, "MKSTREAM").catch((error) => {
    if (!error.message.includes("BUSYGROUP")) throw error;
  });
  let since = "0"; // first what we were given before a restart and never acknowledged
  while (true) {
    const given = await lastGiven(client, stream, group);
    const lost = since === ">" && (await lostAfter(client, prefix, given));
    if (lost) {
      yield [{ kind: "gap" }, []];
      await client.xgroup("SETID", stream, group, lost); // all was read anew: this gap is over
      continue;
    }
    const answer = await client.xreadgroup(
      "GROUP", group, "me", "COUNT", 100, "BLOCK", patience, "STREAMS", stream, since);
    const events = answer ? answer[0][1] : [];
    if (since === ">" && (await lostAfter(client, prefix, given))) { // dropped as we read
      await client.xgroup("SETID", stream, group, given); // it is told of above; these come again
      continue;
    }
    for (const [id, flat] of events) {
      if (flat && flat.length) {
        const fields = record(flat);
        const event = JSON.parse(fields.payload);
        const texts = await client.mget(named(event).map((one) => `${prefix}story:${one}`));
        yield [event, texts.map((text) => text && JSON.parse(text))];
      } else {
        yield [{ kind: "gap" }, []]; // trimmed or forgotten since it was given to us
      }
      await client.xack(stream, group, id);
    }
    if (!events.length || since === ">") since = ">";
  }
}

const [address, topic = "ukraine-border", count = "Infinity"] = process.argv.slice(2);
if (!address) {
  console.error("usage: node follow_changes.mjs REDIS_URL_OR_SOCKET [TOPIC] [COUNT]");
  process.exit(2);
}
const client = new Redis(address);
let left = Number(count);
for await (const [event, stories] of follow(client, topic, "example-node")) {
  const sizes = stories.map((story) => story?.size);
  console.log(JSON.stringify({ kind: event.kind, version: event.version, sizes }));
  if (--left <= 0) break;
}
client.disconnect();
