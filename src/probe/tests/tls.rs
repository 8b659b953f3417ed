use rcgen::{BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A certificate authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
}

fn authority(name: &str, by: Option<&Authority>) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().expect("a key");
    let certificate = match by {
        Some(by) => params.signed_by(&key, &by.issuer),
        None => params.self_signed(&key),
    };
    let der = certificate.expect("a certificate").der().clone();
    Authority { issuer: Issuer::new(params, key), der }
}

/// A server's TLS with a certificate for `a.test` by `by`, followed by `also`.
fn config(protocol: &str, by: &Authority, also: &[&Authority], aia: Option<&str>) -> Arc<ServerConfig> {
    letting_in(WebPkiClientVerifier::no_client_auth(), protocol, by, also, aia)
}

/// The same, for these clients alone.
fn letting_in(
    clients: Arc<dyn ClientCertVerifier>,
    protocol: &str,
    by: &Authority,
    also: &[&Authority],
    aia: Option<&str>,
) -> Arc<ServerConfig> {
    let key = KeyPair::generate().expect("a key");
    let mut leaf = CertificateParams::new(vec!["a.test".to_owned()]).expect("parameters");
    leaf.custom_extensions.extend(aia.map(issuer_published_at));
    let mut chain = vec![leaf.signed_by(&key, &by.issuer).expect("a leaf").der().clone()];
    chain.extend(also.iter().map(|authority| authority.der.clone()));
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .expect("a configuration");
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Arc::new(config)
}

/// authorityInfoAccess with one caIssuers address (RFC 5280 section 4.2.2.1).
fn issuer_published_at(url: &str) -> CustomExtension {
    let tagged = |tag: u8, content: &[u8]| {
        let length = u8::try_from(content.len()).expect("short");
        [&[tag, length], content].concat()
    };
    let method = tagged(6, &[0x2b, 6, 1, 5, 5, 7, 0x30, 2]);
    let description = tagged(0x30, &[method, tagged(0x86, url.as_bytes())].concat());
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], tagged(0x30, &description))
}

fn trusted(protocol: &str) -> (CertificateDer<'static>, Arc<ServerConfig>) {
    let root = authority("Root", None);
    let config = config(protocol, &root, &[], None);
    (root.der, config)
}

/// A server that answers every request with 204.
fn empty(config: Arc<ServerConfig>) -> SocketAddr {
    tls_server(config, |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
    })
}

fn tls_server(config: Arc<ServerConfig>, handle: impl Fn(Stream) + Send + Sync + 'static) -> SocketAddr {
    server(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        handle(StreamOwned::new(connection, stream));
    })
}

#[tokio::test]
async fn what_is_not_tls() {
    let plain = server(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        thread::sleep(Duration::from_secs(1));
    });
    let shell = server(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
        thread::sleep(Duration::from_secs(1));
    });
    let garbage = server(|mut stream| {
        let _ = stream.write_all(&[0xff; 400]);
        thread::sleep(Duration::from_secs(1));
    });
    let told = [
        (plain, format!("{plain} speaks plain HTTP on this port, not TLS")),
        (shell, format!("{shell} speaks SSH on this port, not TLS")),
        (garbage, format!("what {garbage} answered is not TLS")),
    ];
    for (server, words) in told {
        let observed = weather(closed(), server).await;
        assert_eq!(failed(tls_of(&observed)), (FailureKind::NotTls, words.as_str()));
        assert_eq!(failed(http_of(&observed, "https://a.test/")), (FailureKind::Handshake, words.as_str()));
    }
}

#[tokio::test]
async fn the_want_of_a_client_certificate_ends_http_too() {
    for protocol in ["h2", "http/1.1"] {
        let root = authority("Root", None);
        let mut roots = RootCertStore::empty();
        roots.add(root.der.clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let config = letting_in(clients.expect("a verifier"), protocol, &root, &[], None);
        let web = tls_server(config, |mut stream| {
            let refused = stream.read(&mut [0; 1]);
            assert!(refused.is_err());
            // The alert must be read before the connection is gone.
            let _ = stream.sock.read_to_end(&mut Vec::new());
        });
        let observed = weather(closed(), web).await;
        assert_eq!(answered(tls_of(&observed)).client_certificate, ClientCertificate::Requested);
        // Where the alert comes before the request, HTTP says only that the connection is closed.
        let (kind, words) = failed(http_of(&observed, "https://a.test/"));
        assert_eq!(kind, FailureKind::ClientCertificate, "{protocol}: {words}");
        assert!(words.ends_with(", after it had asked for a client certificate"), "{protocol}: {words}");
    }
}

#[tokio::test]
async fn an_alert() {
    let alert = server(|mut stream| {
        let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
        thread::sleep(Duration::from_secs(1));
    });
    let observed = weather(closed(), alert).await;
    let words = format!("{alert} ended the TLS handshake with the alert HandshakeFailure");
    assert_eq!(failed(tls_of(&observed)), (FailureKind::Alert, words.as_str()));
}

#[tokio::test]
async fn one_handshake_serves_several_urls() {
    let (root, config) = trusted("http/1.1");
    let web = tls_server(config, |mut stream| {
        let line = request(&mut stream);
        let path = line.split(' ').nth(1).unwrap_or_default().len();
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {path}\r\n\r\n{}", "x".repeat(path));
    });
    let mut settings = settings(closed(), web);
    settings.extra_roots = vec![root];
    let pages: Vec<String> = (1..12).map(|n| format!("/{}", "p".repeat(n))).collect();
    let spec = format!("domain: a.test\nhosts:\n  apex:\n    pages: [{}]\nemail: none\n", pages.join(", "));
    let observed = look(&spec, &settings).await;
    let handshake = answered(tls_of(&observed));
    assert_eq!(
        (handshake.path, handshake.version.as_str(), handshake.peer),
        (Path::Trusted, "1.3", Some(web))
    );
    assert_eq!(handshake.chain[0].names[0].as_str(), "a.test");
    assert_eq!(observed.tls.len(), 1);
    for path in pages {
        let exchange = answered(http_of(&observed, &format!("https://a.test{path}")));
        assert_eq!((exchange.status, exchange.body_bytes), (200, path.len()));
    }
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_chooses_it() {
    let (_, config) = trusted("h2");
    let web = tls_server(config, |mut stream| {
        let mut read = [0; 4096];
        let _ = stream.read(&mut read);
        // Settings, their acknowledgement, and `:status: 200` that ends stream 1.
        let _ = stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0]);
        let _ = stream.flush();
        thread::sleep(Duration::from_millis(100));
        let _ = stream.write_all(&[0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88]);
        let _ = stream.flush();
        thread::sleep(Duration::from_secs(1));
    });
    let settings = settings(closed(), web);
    let observed = look(SPEC, &settings).await;
    assert_eq!(answered(http_of(&observed, "https://a.test/")).status, 200);
    assert_eq!(answered(tls_of(&observed)).path, Path::Untrusted);
}

#[tokio::test]
async fn a_handshake_without_an_answer_is_kept() {
    let (_, config) = trusted("http/1.1");
    let web = tls_server(config, |mut stream| {
        request(&mut stream);
        thread::sleep(Duration::from_secs(3));
    });
    let mut settings = settings(closed(), web);
    settings.timeout = Duration::from_secs(1);
    let observed = look(SPEC, &settings).await;
    answered(tls_of(&observed));
    let words = format!("no HTTP answer from {web} within 1 s");
    assert_eq!(failed(http_of(&observed, "https://a.test/")), (FailureKind::NoAnswer, words.as_str()));
}

#[tokio::test]
async fn a_missing_intermediate_is_fetched_from_where_the_certificate_says() {
    let root = authority("Root", None);
    let middle = authority("Middle", Some(&root));
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", middle.der.len());
    let published = answers([head.as_bytes(), &middle.der].concat());
    let missing = answers("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    for (http, path) in
        [(published, Path::Incomplete), (missing, Path::Untrusted), (closed(), Path::Untrusted)]
    {
        let web = empty(config("http/1.1", &middle, &[], Some("http://a.test/middle.crt")));
        let mut settings = settings(http, web);
        settings.extra_roots = vec![root.der.clone()];
        let observed = look(SPEC, &settings).await;
        assert_eq!(answered(tls_of(&observed)).path, path);
        assert!(!observed.http.contains_key("http://a.test/middle.crt"));
    }
}

#[tokio::test]
async fn a_missing_intermediate_may_be_sent_by_another_host() {
    let root = authority("Root", None);
    let middle = authority("Middle", Some(&root));
    let lazy = empty(config("http/1.1", &middle, &[], None));
    let right = empty(config("http/1.1", &middle, &[&middle], None));
    let mut settings = settings(closed(), lazy);
    settings.extra_roots = vec![root.der.clone()];
    settings.connect.push(Connect {
        host: "b.a.test".into(),
        port: None,
        to_ip: right.ip(),
        to_port: Some(right.port()),
    });
    let spec = "domain: a.test\nhosts:\n  apex: {}\n  b: {}\nemail: none\n";
    let observed = look(spec, &settings).await;
    assert_eq!(answered(tls_of(&observed)).path, Path::Incomplete);
    assert_eq!(answered(&observed.tls["https://b.a.test:443"]).path, Path::Trusted);
}

#[tokio::test]
async fn a_certificate_does_not_lead_into_the_own_network() {
    let root = authority("Root", None);
    let middle = authority("Middle", Some(&root));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let failing = server(move |mut stream| {
        counted.fetch_add(1, Ordering::Relaxed);
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n");
    });
    let url = format!("http://{failing}/middle.crt");
    let web = empty(config("http/1.1", &middle, &[], Some(&url)));
    let mut settings = settings(closed(), web);
    settings.extra_roots = vec![root.der.clone()];
    settings.retries = 2;
    // Allowed, it is asked once: nothing that fails there is worth another attempt.
    for (private, times) in [(PrivateRanges::Forbidden, 0), (PrivateRanges::Allowed, 1)] {
        settings.private = private;
        let observed = look(SPEC, &settings).await;
        assert_eq!(answered(tls_of(&observed)).path, Path::Untrusted);
        assert_eq!(asked.load(Ordering::Relaxed), times);
    }
}
