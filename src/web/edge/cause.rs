//! Cloudflare's errors by cause (developers.cloudflare.com/support/troubleshooting/http-status-codes/).

/// What an error means.
#[derive(Debug, PartialEq, Eq)]
pub struct Cause {
    /// What happened, in a clause.
    pub what: &'static str,
    /// Which hop failed.
    pub hop: &'static str,
    /// What to do.
    pub help: &'static str,
}

const fn cause(what: &'static str, hop: &'static str, help: &'static str) -> Cause {
    Cause { what, hop, help }
}

const CONNECT: &str = "TCP from Cloudflare to the origin";
const ANSWER: &str = "HTTP from the origin to Cloudflare";
const TLS: &str = "TLS from Cloudflare to the origin";
const NAME: &str = "Cloudflare's look-up of the origin's name";
const ZONE: &str = "Cloudflare's own settings for this name";
const WORKER: &str = "the Worker that answers at Cloudflare";

/// For numbers that are not listed.
pub(super) static OTHER: Cause = cause(
    "Cloudflare could not answer for the server",
    ZONE,
    "look the number up under developers.cloudflare.com/support/troubleshooting/http-status-codes/",
);

static CAUSES: [(&[u16], Cause); 23] = [
    (
        &[520],
        cause(
            "the origin answered with nothing, or with something that is not HTTP",
            ANSWER,
            "look in the origin's log for a crash or a reset at this time, and for headers that are too large",
        ),
    ),
    (
        &[521],
        cause(
            "the origin refuses the connection",
            CONNECT,
            "start the web server at the origin, and let Cloudflare's addresses (cloudflare.com/ips) through its firewall on the port that the SSL/TLS mode uses",
        ),
    ),
    (
        &[522],
        cause(
            "the origin does not take the connection in time",
            CONNECT,
            "let Cloudflare's addresses (cloudflare.com/ips) through the origin's firewall, see that it is not overloaded, and that the proxied record has its present address",
        ),
    ),
    (
        &[523],
        cause(
            "the origin cannot be reached",
            CONNECT,
            "correct the address in the proxied record: no route leads to it",
        ),
    ),
    (
        &[524],
        cause(
            "the origin took the connection and did not answer in time",
            ANSWER,
            "make this URL answer faster, or do the work in the background: Cloudflare waits 100 s or so",
        ),
    ),
    (
        &[525],
        cause(
            "the TLS handshake with the origin fails",
            TLS,
            "give the origin's port 443 a certificate for this name (SNI) and TLS 1.2 or 1.3; a free Cloudflare Origin CA certificate is enough",
        ),
    ),
    (
        &[526],
        cause(
            "the origin's certificate is not valid: expired, self-signed, or for another name",
            TLS,
            "install a valid certificate for this name at the origin (Let's Encrypt, or a Cloudflare Origin CA certificate); do not turn Full (strict) off",
        ),
    ),
    (&[527], cause("Railgun, which Cloudflare has ended, fails", CONNECT, "turn Railgun off")),
    (
        &[530],
        cause(
            "Cloudflare cannot resolve or reach the origin",
            NAME,
            "see that the name in the proxied CNAME resolves, or that the tunnel runs",
        ),
    ),
    (
        &[1000],
        cause(
            "the record leads to an address of Cloudflare itself",
            ZONE,
            "put the origin's own address into the proxied record",
        ),
    ),
    (
        &[1001, 1004, 1018, 1023],
        cause(
            "Cloudflare does not know this name",
            ZONE,
            "see that the zone is active and the name is one of its records; for a CNAME from another zone, that it is set up there (SSL for SaaS)",
        ),
    ),
    (
        &[1002, 1003, 1034],
        cause(
            "the address behind the record is none that may stand there",
            ZONE,
            "put the origin's own public address into the proxied record",
        ),
    ),
    (
        &[1013],
        cause(
            "the names in TLS and in HTTP differ",
            ZONE,
            "ask for one name in both; behind a proxy of your own, pass the host on unchanged",
        ),
    ),
    (
        &[1014],
        cause(
            "the CNAME leads to a name in the zone of another Cloudflare account",
            ZONE,
            "lead the record to the origin itself, or have the other account add this name as a custom hostname (Cloudflare for SaaS)",
        ),
    ),
    (
        &[1016],
        cause(
            "the origin's name does not resolve",
            NAME,
            "correct the target of the proxied CNAME, or of the load balancer, the Worker route or the Spectrum application that leads there",
        ),
    ),
    (
        &[1019],
        cause(
            "the Worker calls itself without end",
            WORKER,
            "make the Worker fetch another URL than its own route",
        ),
    ),
    (
        &[1020],
        cause(
            "a firewall rule of the zone refuses this request",
            ZONE,
            "look under Security > Events which rule refuses it (custom rules, zone lockdown), and correct the rule; where it is meant for this network alone, run from another",
        ),
    ),
    (
        &[1025],
        cause(
            "the account has reached a limit of its plan",
            ZONE,
            "look at the account's limits in the dashboard",
        ),
    ),
    (
        &[1033],
        cause(
            "the tunnel to the origin is not connected",
            "the tunnel from the origin to Cloudflare (cloudflared)",
            "start `cloudflared` at the origin, and see that the record leads to the tunnel that runs (`cloudflared tunnel list`)",
        ),
    ),
    (
        &[1035, 1036, 1037, 1040, 1041],
        cause(
            "a rule rewrites the URL to one that is not allowed",
            ZONE,
            "correct the Transform Rule or Redirect Rule that applies to this URL",
        ),
    ),
    (
        &[1042],
        cause(
            "the Worker calls another Worker of the same account by its address",
            WORKER,
            "use a service binding between the two Workers",
        ),
    ),
    (
        &[1101, 1102, 1103, 1104],
        cause(
            "the Worker failed, or used up its time",
            WORKER,
            "look at the exception: `wrangler tail`, or Workers > Logs",
        ),
    ),
    (
        &[1200],
        cause(
            "too many requests wait for the origin",
            ANSWER,
            "the origin is too slow for what it gets: look at its load",
        ),
    ),
];

/// The cause of a number.
pub(super) fn of(number: u16) -> Option<&'static Cause> {
    CAUSES.iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, cause)| cause)
}
