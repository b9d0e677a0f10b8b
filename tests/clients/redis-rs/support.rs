//! Where the server is that `tests/clients/run` has started, how to command it, and how to wait for what it does in its
//! own time.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

pub const WAIT_LIMIT: Duration = Duration::from_secs(10);

/// Both protocol versions, as a URL of redis-rs names them.
pub const PROTOCOLS: [&str; 2] = ["resp2", "resp3"];

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set; start this through tests/clients/run"))
}

pub fn url_with(password: &str, database: u32, protocol: &str) -> String {
    let (host, port) = (variable("LARDER_HOST"), variable("LARDER_PORT"));
    format!("redis://:{password}@{host}:{port}/{database}?protocol={protocol}")
}

pub fn url(database: u32, protocol: &str) -> String {
    url_with(&variable("LARDER_PASSWORD"), database, protocol)
}

pub fn unix_url(protocol: &str) -> String {
    let (path, password) = (variable("LARDER_SOCKET"), variable("LARDER_PASSWORD"));
    format!("unix://{path}?pass={password}&protocol={protocol}")
}

pub fn client(protocol: &str) -> redis::Client {
    redis::Client::open(url(0, protocol)).unwrap()
}

/// A blocking connection to an empty server.
pub fn empty_server(protocol: &str) -> redis::Connection {
    let mut connection = client(protocol).get_connection().unwrap();
    redis::cmd("FLUSHALL").exec(&mut connection).unwrap();
    connection
}

/// Commands the server: stop | start [ARGS...] | restart [ARGS...] | freeze | thaw. Panics when it fails.
pub fn server_control(command: &str) {
    let mut door = TcpStream::connect(format!("127.0.0.1:{}", variable("LARDER_CONTROL_PORT"))).unwrap();
    door.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    writeln!(door, "{command}").unwrap();
    let mut answer = String::new();
    BufReader::new(door).read_line(&mut answer).unwrap();
    assert_eq!(answer.trim(), "ok", "{command}");
}

/// Polls until the condition holds; a bound makes "never" a failure.
pub fn eventually(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + WAIT_LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "the condition did not come true");
        sleep(Duration::from_millis(5));
    }
}

/// One number of a section of INFO.
pub fn figure(connection: &mut redis::Connection, section: &str, field: &str) -> u64 {
    let text: String = redis::cmd("INFO").arg(section).query(connection).unwrap();
    let line = text.split("\r\n").find_map(|line| line.strip_prefix(&format!("{field}:")));
    line.unwrap_or_else(|| panic!("no {field} in {text}")).parse().unwrap()
}
