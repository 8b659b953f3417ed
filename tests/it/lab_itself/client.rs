//! Small clients of the tests' own: DNS messages, TLS and HTTP over std sockets. Nothing waits longer than a second.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::Name;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned};

use crate::lab::Lab;

const PATIENCE: Duration = Duration::from_millis(700);

/// More than this nobody reads.
const ENOUGH: usize = 2_000_000;

pub(super) fn question(name: &str, kind: &str) -> Message {
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    let name = Name::from_ascii(format!("{name}.")).expect("a name");
    message.add_query(Query::query(name, kind.parse().expect("a type")));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    message.set_edns(edns);
    message
}

/// Asks over UDP; nothing if there is no answer, or none that can be read.
pub(super) fn ask_with(server: SocketAddr, query: &Message) -> Option<Message> {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    socket.send_to(&query.to_vec().expect("a message"), server).expect("a way to the lab");
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    Message::from_vec(&buffer[..length]).ok()
}

pub(super) fn ask(lab: &Lab, name: &str, kind: &str) -> Message {
    ask_with(lab.resolver_addr(), &question(name, kind)).expect("an answer")
}

pub(super) fn ask_tcp(lab: &Lab, name: &str, kind: &str) -> Message {
    let mut stream = connect(lab.resolver_addr()).expect("a connection");
    let query = question(name, kind).to_vec().expect("a message");
    let length = u16::try_from(query.len()).expect("a short message");
    stream.write_all(&[&length.to_be_bytes(), query.as_slice()].concat()).expect("a way to the lab");
    let mut length = [0; 2];
    stream.read_exact(&mut length).expect("an answer");
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).expect("an answer");
    Message::from_vec(&answer).expect("a message")
}

/// The answers as `TYPE data`.
pub(super) fn texts(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| format!("{} {}", record.record_type(), record.data)).collect()
}

fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&addr, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// All that comes until the end, the time-out, or enough of it; an error only if nothing came.
fn read_all(stream: &mut impl Read) -> io::Result<String> {
    let (start, mut bytes, mut piece) = (Instant::now(), Vec::new(), [0; 8192]);
    while bytes.len() < ENOUGH && start.elapsed() < PATIENCE {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => bytes.extend(&piece[..length]),
            Err(error) if bytes.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn request(host: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n")
}

/// The response of port 80, head and all.
pub(super) fn plain(lab: &Lab, host: &str, path: &str) -> io::Result<String> {
    let mut stream = connect(lab.addr(host, 80))?;
    stream.write_all(request(host, path, "").as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)?;
    read_all(&mut stream)
}

/// The response of a service in the clear, at its address: its status, its head, and its body.
pub(super) fn get(base: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
    let address = base.strip_prefix("http://").expect("plain HTTP");
    let mut more = String::from("Connection: close\r\n");
    for (name, value) in headers {
        let _ = write!(more, "{name}: {value}\r\n");
    }
    let mut stream = connect(address.parse().expect("an address")).expect("a connection");
    stream.write_all(request(address, path, &more).as_bytes()).expect("a way to the lab");
    let answer = read_all(&mut stream).expect("a response");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, head.to_owned(), body.to_owned())
}

/// The response of a service in the clear to any request: its status, its head, and its body. Waits as long as a
/// busy machine may take.
pub(super) fn exchange(
    base: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<(u16, String, String)> {
    let rest = base.strip_prefix("http://").expect("plain HTTP");
    let (address, root) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let mut head = format!("{method} {root}{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(io::ErrorKind::InvalidData)?, head.to_owned(), body.to_owned()))
}

fn handshake(
    lab: &Lab,
    addr: SocketAddr,
    host: &str,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(lab.ca().root_der()).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).expect("a name");
    let mut client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = connect(addr)?;
    while client.is_handshaking() {
        client.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(client, stream))
}

/// The responses of port 443 to these paths over one connection.
pub(super) fn fetch_all(lab: &Lab, host: &str, paths: &[&str]) -> String {
    let mut stream = handshake(lab, lab.addr(host, 443), host).expect("a handshake");
    let (last, first) = paths.split_last().expect("a path");
    let first: String = first.iter().map(|path| request(host, path, "")).collect();
    let last = request(host, last, "Connection: close\r\n");
    stream.write_all((first + &last).as_bytes()).expect("a way to the lab");
    read_all(&mut stream).expect("a response")
}

/// The response of port 443 but for its `Connection: close`.
pub(super) fn fetch(lab: &Lab, host: &str, path: &str) -> String {
    fetch_all(lab, host, &[path]).replace("Connection: close\r\n", "")
}

/// The response of port 443 to a request with a body: its head, and its body.
pub(super) fn send(
    lab: &Lab,
    host: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> (String, String) {
    let mut stream = handshake(lab, lab.addr(host, 443), host).expect("a handshake");
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).expect("a way to the lab");
    let answer = read_all(&mut stream).expect("a response");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned())
}

/// What goes wrong in the handshake with port 443, if anything does.
pub(super) fn tls_error(lab: &Lab, host: &str) -> Option<String> {
    tls_error_at(lab, lab.addr(host, 443), host)
}

pub(super) fn tls_error_at(lab: &Lab, addr: SocketAddr, host: &str) -> Option<String> {
    handshake(lab, addr, host).err().map(|error| format!("{:?} {error:?}", error.kind()))
}

/// The version that is agreed on.
pub(super) fn tls_version(lab: &Lab, host: &str) -> Option<ProtocolVersion> {
    handshake(lab, lab.addr(host, 443), host).ok()?.conn.protocol_version()
}
