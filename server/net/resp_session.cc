// See resp_session.h.
#include "server/net/resp_session.h"

#include <algorithm>

#include "server/clients/client_line.h"
#include "server/net/connection_thread.h"
#include "server/state.h"

namespace larder::server {

namespace {

constexpr size_t kIdleStorage = 16 * 1024;  // for replies that are dropped

}  // namespace

Parsed RespSession::parse(std::span<char> input, Batch& batch) {
  const Settings& settings = thread_.settings();
  const bool authenticated = client_.authenticated || settings.requirepass.empty();
  const protocol::ParserLimits limits{.max_bulk_length = settings.proto_max_bulk_len_bytes,
                                      .max_multibulk_length = INT32_MAX,
                                      .max_inline_length = 64 * 1024,
                                      .authenticated = authenticated};
  Parsed parsed{.input = input, .first = batch.requests.size()};
  // What may change the limits or the protocol is not read past.
  const size_t most = authenticated ? std::max(batch.requests.size() + 1, Batch::kMost) : parsed.first + 1;
  Dispatcher& dispatcher = thread_.dispatcher();
  while (!parsed.input.empty()) {
    if (batch.requests.size() == most) {
      parsed.cut_short = true;
      break;
    }
    const size_t first_argument = batch.arguments.size();
    const auto status = parser_.parse(parsed.input, batch.arguments, limits);
    if (status == protocol::RequestParser::Status::incomplete) break;
    if (status == protocol::RequestParser::Status::error) {
      failure_ = std::string(parser_.error());
      parsed.failed = true;
      break;
    }
    const size_t size = parser_.consumed();
    parsed.input = parsed.input.subspan(size);
    Request& request = batch.requests.emplace_back(
        Request{.first_arg = first_argument, .arg_count = batch.arguments.size() - first_argument, .bytes = size});
    if (request.arg_count > 0) dispatcher.prepare(request, batch.arguments_of(request), client_);
  }
  parsed.count = batch.requests.size() - parsed.first;
  return parsed;
}

std::span<char> RespSession::execute(Parsed parsed, Batch& batch) {
  while (execute_requests(parsed, batch) && parsed.cut_short) {
    batch.clear();
    parsed = parse(parsed.input, batch);
    thread_.dispatcher().prefetch_first(batch);
  }
  if (parsed.failed && !client_.close_after_reply && !waiting()) answer_failure();
  return client_.close_after_reply ? std::span<char>{} : parsed.input;
}

void RespSession::answer_failure() {
  Log& log = thread_.state().log;
  if (log.enabled(LogLevel::verbose)) {
    constexpr std::string_view kPrefix = "ERR Protocol error: ";
    const std::string_view reason = failure_;
    log.verbose("Protocol error ({}) from client: {}",
                reason.starts_with(kPrefix) ? reason.substr(kPrefix.size()) : reason, log_name(client_));
  }
  protocol::ReplyWriter(client_.output, client_.protocol).error(failure_);
  client_.close_after_reply = true;
}

/// False when the connection is to end or has to wait.
bool RespSession::execute_requests(const Parsed& parsed, const Batch& batch) {
  thread_.dispatcher().begin_batch(client_);
  const auto requests = std::span(batch.requests).subspan(parsed.first, parsed.count);
  if (!requests.empty()) thread_.dispatcher().make_room(client_);
  for (size_t i = 0; i < requests.size(); ++i) {
    const Request& request = requests[i];
    if (request.arg_count == 0) continue;
    if (ends()) return false;
    thread_.dispatcher().prefetch_ahead(batch, parsed.first + i);
    if (run(request, batch.arguments_of(request)) == Dispatcher::Outcome::wait) {
      hold_back(requests.subspan(i), batch);
      return false;
    }
    if (client_.blocked != nullptr) [[unlikely]] {
      hold_back(requests.subspan(i + 1), batch);
      return false;
    }
  }
  return !ends();
}

/// Executes one request and drops its reply if CLIENT REPLY says so.
Dispatcher::Outcome RespSession::run(const Request& request, std::span<const std::string_view> args) {
  client_.argument_bytes = request.bytes;
  if (client_.reply_mode == ReplyMode::on) [[likely]]
    return thread_.dispatcher().execute(client_, request, args);
  const ReplyMode before = client_.reply_mode;
  const auto outcome = thread_.dispatcher().execute(client_, request, args);
  // CLIENT REPLY ON and RESET are answered.
  protocol::OutputBuffer& dropped = thread_.dispatcher().dropped_replies();
  if (client_.reply_mode == ReplyMode::on) client_.output.append(dropped.to_string());
  dropped.clear();
  if (dropped.capacity() > kIdleStorage) dropped.shrink();
  if (outcome == Dispatcher::Outcome::wait) return outcome;
  if (client_.reply_mode == ReplyMode::skip_next) {
    client_.reply_mode = ReplyMode::skip_this;
  } else if (before == ReplyMode::skip_this && client_.reply_mode == ReplyMode::skip_this) {
    client_.reply_mode = ReplyMode::on;
  }
  return outcome;
}

void RespSession::hold_back(std::span<const Request> requests, const Batch& batch) {
  for (const Request& request : requests) {
    if (request.arg_count == 0) continue;
    held_back_.emplace_back(batch.arguments_of(request));
    client_.held_back_bytes += held_back_.back().memory();
  }
  thread_.note_waiting();
}

bool RespSession::resume() {
  thread_.dispatcher().begin_batch(client_);
  while (!held_back_.empty() && client_.blocked == nullptr && !ends()) {
    const StoredRequest stored = std::move(held_back_.front());
    held_back_.pop_front();
    client_.held_back_bytes -= stored.memory();
    Request request{.arg_count = stored.args().size(), .bytes = stored.bytes()};
    thread_.dispatcher().prepare(request, stored.args(), client_);
    if (run(request, stored.args()) == Dispatcher::Outcome::wait) {
      held_back_.emplace_front(stored.args());
      client_.held_back_bytes += held_back_.front().memory();
      thread_.note_waiting();
      break;
    }
  }
  return !waiting();
}

}  // namespace larder::server
