// See intake.h.
#include "server/net/intake.h"

#include <new>

#include "base/at_exit.h"

namespace larder::server {

namespace {

constexpr size_t kBuffer = 64 * 1024;
constexpr size_t kLeastRoom = 16 * 1024;  // for one connection's receive
// As many requests overlap their misses; with more, connections that send sixteen at once cost an eighth more CPU
// (bench/README.md), because their replies leave later.
constexpr size_t kJoined = 16;

}  // namespace

std::span<char> Intake::room() {
  if (buffer_.empty()) buffer_.resize(kBuffer);
  if (buffer_.size() - used_ < kLeastRoom) run();
  return std::span(buffer_).subspan(used_);
}

void Intake::add(RequestSource& source) {
  const std::span<char> buffer = room();
  const std::span<char> input = source.receive(buffer);
  if (input.empty()) return;
  if (input.data() == buffer.data()) used_ += input.size();
  base::AtExit drop([this, requests = batch_.requests.size(), arguments = batch_.arguments.size()] {
    batch_.requests.resize(requests);
    batch_.arguments.resize(arguments);
  });
  const Parsed parsed = source.parse(input, batch_);
  parts_.push_back({.source = &source, .parsed = parsed});
  drop.dismiss();
  if (parsed.cut_short || batch_.requests.size() >= kJoined) run();
}

void Intake::run() {
  dispatcher_.prefetch_first(batch_);
  for (const Part& part : parts_) {
    try {
      part.source->execute(part.parsed, batch_);
    } catch (const std::bad_alloc&) {
      part.source->out_of_memory();
    }
  }
  parts_.clear();
  batch_.clear();
  used_ = 0;
}

}  // namespace larder::server
