"""By what a request shows that it came through a proxy; one that shows nothing cannot be told."""

from starlette.requests import HTTPConnection

FAMILY = "x-forwarded-"  # -For, -Host, -Proto, -Port, ...: MDN, Apache mod_proxy, Caddy, Traefik
MARKS = {
    "forwarded": "RFC 7239",
    "via": "RFC 9110, 7.6.3",
    "cdn-loop": "RFC 8586",
    "x-real-ip": "nginx ngx_http_realip_module, Traefik",
    "x-client-ip": "Apache mod_remoteip's example, Azure",
    "x-cluster-client-ip": "Rackspace, Zeus",
    "x-original-forwarded-for": "ingress-nginx",
    "x-original-host": "Azure Application Gateway",
    "x-envoy-external-address": "Envoy, HTTP header manipulation",
    "x-azure-clientip": "Azure Front Door",
    "cf-connecting-ip": "Cloudflare, HTTP request headers",
    "cf-ray": "Cloudflare, HTTP request headers",
    "true-client-ip": "Akamai; Cloudflare Enterprise",
    "fastly-client-ip": "Fastly",
    "fly-client-ip": "Fly.io",
    "tailscale-user-login": "Tailscale Serve",
}  # header: who says so
OLD = "1.0"  # nginx asks so unless told otherwise, proxy_http_version; browsers and curl do not


def is_proxied(request: HTTPConnection) -> bool:
    """Tell whether a request shows that it came through a proxy."""
    names = request.headers.keys()
    named = any(name in MARKS or name.startswith(FAMILY) for name in names)
    return named or request.scope.get("http_version") == OLD
