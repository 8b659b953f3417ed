use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A root, and a TLS configuration with a certificate for `a.test` that it signed.
fn trusted(protocol: &str) -> (CertificateDer<'static>, Arc<ServerConfig>) {
    let mut root = CertificateParams::new(Vec::new()).expect("parameters");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name.push(DnType::CommonName, "Root");
    let root_key = KeyPair::generate().expect("a key");
    let anchor = root.self_signed(&root_key).expect("a root").der().clone();
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["a.test".to_owned()]).expect("parameters");
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).expect("a leaf").der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf], key)
        .expect("a configuration");
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    (anchor, Arc::new(config))
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
    let garbage = server(|mut stream| {
        let _ = stream.write_all(&[0xff; 400]);
        thread::sleep(Duration::from_secs(1));
    });
    for server in [plain, garbage] {
        let observed = weather(closed(), server).await;
        let words = format!("what {server} answered is not TLS");
        assert_eq!(failed(tls_of(&observed)), (FailureKind::NotTls, words.as_str()));
        assert_eq!(failed(http_of(&observed, "https://a.test/")), (FailureKind::Handshake, words.as_str()));
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
    settings.timeout = Duration::from_secs(10);
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
    let mut settings = settings(closed(), web);
    settings.timeout = Duration::from_secs(5);
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
    let observed = weather(closed(), web).await;
    answered(tls_of(&observed));
    let words = format!("no HTTP answer from {web} within 300 ms");
    assert_eq!(failed(http_of(&observed, "https://a.test/")), (FailureKind::TimedOut, words.as_str()));
}
