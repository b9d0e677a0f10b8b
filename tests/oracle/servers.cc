// See servers.h.
#include "tests/oracle/servers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/oracle/reference.h"

#ifndef LARDER_BINARY
#define LARDER_BINARY "larder"
#endif

namespace larder::test {
namespace {

constexpr std::chrono::seconds kStartTimeout{10};
constexpr std::chrono::milliseconds kReplyTimeout{5000};
constexpr size_t kHistory = 12;

std::string larder_program() {
  const char* chosen = std::getenv("LARDER_BIN");
  return chosen != nullptr ? chosen : LARDER_BINARY;
}

std::string show(const Received& received) {
  switch (received.status) {
    case Received::Status::reply: return describe(received.value, 2000);
    case Received::Status::closed: return fmt::format("(closed after \"{}\")", printable(received.bytes));
    case Received::Status::timed_out: return fmt::format("(no reply, only \"{}\")", printable(received.bytes));
    case Received::Status::malformed: return fmt::format("(malformed \"{}\")", printable(received.bytes));
  }
  return {};
}

/// A reply of the reference in Larder's words, nested replies included.
Reply reworded_reply(const std::string& command, Reply reply) {
  reply.text = reworded(reference(), command, std::move(reply.text));
  for (Reply& item : reply.items) item = reworded_reply(command, std::move(item));
  return reply;
}

}  // namespace

bool same_reply(const RuleUse& rule, const std::string& command, const Reply& theirs, const Reply& ours,
                bool self_check) {
  if (agree(rule, theirs, ours, self_check)) return true;
  return !self_check && (agree(rule, reworded_reply(command, theirs), ours, false) ||
                         intended_difference(reference(), command, describe(theirs, 2000), describe(ours, 2000)));
}

bool same_received(const RuleUse& rule, const std::string& command, const Received& theirs, const Received& ours,
                   bool self_check) {
  if (theirs.status == ours.status && theirs.status != Received::Status::timed_out && theirs.bytes == ours.bytes)
    return true;
  if (theirs.ok() && ours.ok()) {
    const bool byte_for_byte = rule.rule == nullptr && theirs.value == ours.value;  // the same value in other bytes
    return !byte_for_byte && same_reply(rule, command, theirs.value, ours.value, self_check);
  }
  return !self_check && intended_difference(reference(), command, show(theirs), show(ours));
}

std::string oracle_missing() {
  if (!reference_program().empty()) return {};
  return fmt::format("Nothing to compare with: no {} on PATH or in build/tools", reference().program);
}

bool oracle_required() {
  const char* value = std::getenv("LARDER_REQUIRE_ORACLE");
  return value != nullptr && std::string_view(value) == "1";
}

TestServer::TestServer(const std::string& program, const Args& arguments) {
  ProcessOptions options;
  options.directory = directory_.path().string();
  options.argv = {
      program, "--port",       "0", "--unixsocket", directory_.file("s"), "--dir", options.directory, "--save",
      "",      "--appendonly", "no"};
  for (const std::string& argument : arguments) {
    if (argument == "{port}") port_ = free_port();
    options.argv.push_back(argument == "{port}" ? std::to_string(port_) : argument);
  }
  process_ = std::make_unique<Process>(options);
  // Redis before 7.2 says "The server is now ready to accept connections at <path>".
  if (!process_->wait_for_output("[Rr]eady to accept connections", kStartTimeout))
    throw std::runtime_error(program + " does not get ready:\n" + process_->output());
}

namespace {

Args with_their_own(Args arguments) {
  arguments.insert(arguments.begin(), reference().arguments.begin(), reference().arguments.end());
  return arguments;
}

}  // namespace

ServerPair::ServerPair(const Args& arguments)
    : theirs_(reference_program(), with_their_own(arguments)), ours_(larder_program(), arguments) {
  // By its name: what it says of itself may be behind a password.
  const std::string program = larder_program();
  const std::string file = program.substr(program.find_last_of('/') + 1);
  self_check_ = file.find("redis") != std::string::npos || file.find("valkey") != std::string::npos;
}

Link::Link(ServerPair& servers, int version, Over over)
    : theirs_(over == Over::tcp ? servers.theirs().tcp_endpoint() : servers.theirs().endpoint(), kReplyTimeout),
      ours_(over == Over::tcp ? servers.ours().tcp_endpoint() : servers.ours().endpoint(), kReplyTimeout),
      version_(version),
      self_check_(servers.self_check()) {
  if (version != 0) same(find_rule("hello"), {"HELLO", std::to_string(version)}, Location::here());
}

void Link::remember(std::string line) {
  if (history_.size() == kHistory) history_.erase(history_.begin());
  last_ = line;
  history_.push_back(std::move(line));
}

std::string Link::history() const {
  std::string result;
  for (const std::string& line : history_) result += "\n    " + line;
  return result;
}

void Link::send(const Args& for_theirs, const Args& for_ours) {
  remember(quoted(for_theirs));
  theirs_.send(for_theirs);
  ours_.send(for_ours);
}

void Link::send_raw(std::string_view bytes) {
  theirs_.send_raw(bytes);
  ours_.send_raw(bytes);
}

Link::Both Link::receive() {
  Both both{theirs_.receive(), {}};
  both.ours = ours_.receive();
  broken_ = broken_ || !both.theirs.ok() || !both.ours.ok();
  return both;
}

Link::Both Link::call(const Args& command) {
  send(command);
  return receive();
}

void Link::compare(const RuleUse& rule, const Both& replies, Location at) {
  if (same_received(rule, last_, replies.theirs, replies.ours, self_check_)) return;
  ADD_FAILURE_AT(at.file, at.line) << fmt::format(
      "RESP{}, rule {}\n  {}: {}\n  larder: {}\n  commands of this connection, the last one differs:{}", version_,
      rule.rule != nullptr ? rule.rule->name : "exact", reference().name, show(replies.theirs), show(replies.ours),
      history());
}

void Link::same(const RuleUse& rule, const Args& for_theirs, const Args& for_ours, Location at, int replies) {
  if (broken_) return;
  send(for_theirs, for_ours);
  for (int i = 0; i < replies && !broken_; ++i) compare(rule, receive(), at);
}

void Link::same_raw(std::string_view bytes, int replies, Location at) {
  if (broken_) return;
  remember("raw: " + printable(bytes, 200));
  send_raw(bytes);
  for (int i = 0; i < replies && !broken_; ++i) compare({}, receive(), at);
}

void Link::same_next(const RuleUse& rule, Location at) {
  if (broken_) return;
  remember("(next message)");
  compare(rule, receive(), at);
}

void Link::same_end(Location at) {
  if (broken_) return;
  remember("(end of connection)");
  compare({}, {theirs_.receive_until_closed(), ours_.receive_until_closed()}, at);
  broken_ = true;  // nothing more can be asked here
}

void Link::finish(Location at) {
  if (broken_) return;
  send({"RESET"});
  const auto rest = [](RespClient& client) {
    std::string bytes;
    for (;;) {
      const Received next = client.receive();
      bytes += next.bytes;
      if (!next.ok() || (next.value.type == '+' && next.value.text == "RESET")) return bytes;
    }
  };
  const std::string theirs = rest(theirs_);
  const std::string ours = rest(ours_);
  if (theirs == "+RESET\r\n" && ours == theirs) return;
  ADD_FAILURE_AT(at.file, at.line) << fmt::format(
      "at the end of the test unread messages, or none to RESET:\n  {}: "
      "{}\n  larder: {}\n  commands of this connection:{}",
      reference().name, printable(theirs), printable(ours), history());
}

Args split_words(std::string_view line) {
  Args words;
  size_t i = 0;
  const auto hex = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  while (true) {
    while (i < line.size() && line[i] == ' ') ++i;
    if (i == line.size()) return words;
    std::string word;
    while (i < line.size() && line[i] != ' ') {
      const char quote = line[i];
      if (quote != '"' && quote != '\'') {
        word += line[i++];
        continue;
      }
      for (++i; i < line.size() && line[i] != quote; ++i) {
        if (quote == '\'' || line[i] != '\\' || i + 1 == line.size()) {
          word += line[i];
          continue;
        }
        const char escape = line[++i];
        if (escape == 'x' && i + 2 < line.size()) {
          word += static_cast<char>(hex(line[i + 1]) * 16 + hex(line[i + 2]));
          i += 2;
        } else {
          word += escape == 'n' ? '\n' : escape == 'r' ? '\r' : escape == 't' ? '\t' : escape;
        }
      }
      if (i == line.size()) throw std::invalid_argument("unbalanced quotes: " + std::string(line));
      ++i;
    }
    words.push_back(std::move(word));
  }
}

std::string quoted(const Args& command) {
  std::string result;
  for (const std::string& word : command) {
    if (!result.empty()) result += ' ';
    const bool plain =
        !word.empty() && word.find_first_of(" \"'\\") == std::string::npos && printable(word, 80) == word;
    if (plain) {
      result += word;
      continue;
    }
    result += '"';
    for (const char c : word.substr(0, 2000))
      result += c == '"' ? std::string("\\\"") : printable(std::string_view(&c, 1));
    result += word.size() > 2000 ? fmt::format("\"...({} bytes)", word.size()) : "\"";
  }
  return result;
}

}  // namespace larder::test
