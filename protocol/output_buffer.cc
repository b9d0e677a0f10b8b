// The parts of OutputBuffer that are not on the path of every reply: growth, blobs, sending.
#include "protocol/output_buffer.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

namespace larder::protocol {
namespace {

constexpr size_t kLeastCapacity = 512;
/// What one connection's replies may hold at most, whatever its limit: half of the machine's memory. Before the system
/// ends the process for a reply like that of SRANDMEMBER with a count of -9223372036854775807, the command fails.
size_t most_capacity() {
  static const size_t bytes =
      static_cast<size_t>(::sysconf(_SC_PHYS_PAGES)) / 2 * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

constexpr size_t kSentBlobsKept = 64;  // emptied places at the front of blobs_ before they are removed

}  // namespace

OutputBuffer::~OutputBuffer() { std::free(storage_); }

void OutputBuffer::swap(OutputBuffer& other) noexcept {
  std::swap(storage_, other.storage_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  std::swap(capacity_, other.capacity_);
  std::swap(base_, other.base_);
  std::swap(blobs_, other.blobs_);
  std::swap(first_blob_, other.first_blob_);
  std::swap(blobs_dropped_, other.blobs_dropped_);
  std::swap(blob_offset_, other.blob_offset_);
  std::swap(blob_bytes_, other.blob_bytes_);
  std::swap(limit_, other.limit_);
  std::swap(overflowed_, other.overflowed_);
}

// Makes room behind end_: by moving what waits over what was sent when that frees at least half of the storage (so the
// moves stay linear in what is appended), else by doubling.
void OutputBuffer::grow(size_t n) {
  if (exceeds_limit(n)) overflow();
  const size_t waiting = end_ - begin_;
  if (n > std::numeric_limits<size_t>::max() / 4 - waiting) throw std::bad_alloc{};
  const size_t needed = waiting + n;
  if (needed > most_capacity()) throw std::bad_alloc{};
  if ((begin_ >= capacity_ / 2 || overflowed_) && needed <= capacity_) {
    move_to_front();
    return;
  }
  move_to_front();
  size_t capacity = std::max(capacity_ * 2, kLeastCapacity);
  if (limit_ != 0) capacity = std::min(capacity, limit_);  // so that passing the limit is noticed here
  resize_storage(std::max(needed, capacity));
}

// Nothing of it will be sent: the storage is used again and again for what is still written.
void OutputBuffer::overflow() {
  overflowed_ = true;
  drop_waiting();
}

void OutputBuffer::drop_waiting() {
  base_ += end_;
  begin_ = end_ = 0;
  blobs_dropped_ += blobs_.size();
  blobs_.clear();
  first_blob_ = blob_offset_ = blob_bytes_ = 0;
}

void OutputBuffer::move_to_front() {
  if (begin_ == 0) return;
  std::memmove(storage_, storage_ + begin_, end_ - begin_);
  base_ += begin_;
  end_ -= begin_;
  begin_ = 0;
}

void OutputBuffer::resize_storage(size_t capacity) {
  auto* moved = static_cast<char*>(std::realloc(storage_, capacity));
  if (moved == nullptr) throw std::bad_alloc{};
  storage_ = moved;
  capacity_ = capacity;
}

void OutputBuffer::append(SharedBytes bytes) {
  if (bytes.size() == 0) return;
  if (exceeds_limit(bytes.size())) return overflow();
  const size_t size = bytes.size();
  blobs_.push_back({base_ + end_, std::move(bytes)});
  blob_bytes_ += size;
}

void OutputBuffer::truncate(Mark mark) {
  while (blobs_.size() > first_blob_ && blobs_dropped_ + blobs_.size() > mark.blobs) {
    const bool partly_sent = blobs_.size() == first_blob_ + 1;
    blob_bytes_ -= blobs_.back().bytes.size() - (partly_sent ? std::exchange(blob_offset_, 0) : 0);
    blobs_.pop_back();
  }
  const size_t kept = mark.position > base_ ? static_cast<size_t>(mark.position - base_) : 0;
  end_ = std::clamp(kept, begin_, end_);
}

void OutputBuffer::insert(Mark mark, std::string_view text) {
  if (text.empty() || overflowed_) return;
  reserve(text.size());
  if (overflowed_) return;
  char* const place = storage_ + (mark.position - base_);
  std::memmove(place + text.size(), place, static_cast<size_t>(storage_ + end_ - place));
  std::memcpy(place, text.data(), text.size());
  end_ += text.size();
  for (size_t i = std::max(first_blob_, static_cast<size_t>(mark.blobs - blobs_dropped_)); i < blobs_.size(); ++i) {
    blobs_[i].position += text.size();
  }
}

size_t OutputBuffer::gather(std::span<OutputSlice> slices) const {
  size_t count = 0;
  size_t at = begin_;
  const auto add = [&](const char* data, size_t size) {
    if (size != 0 && count < slices.size()) slices[count++] = {data, size};
  };
  for (size_t i = first_blob_; i < blobs_.size() && count < slices.size(); ++i) {
    const auto place = static_cast<size_t>(blobs_[i].position - base_);
    add(storage_ + at, place - at);
    at = place;
    const size_t sent = i == first_blob_ ? blob_offset_ : 0;
    add(blobs_[i].bytes.data() + sent, blobs_[i].bytes.size() - sent);
  }
  add(storage_ + at, end_ - at);
  return count;
}

void OutputBuffer::consume(size_t n) {
  n = std::min(n, size());
  while (n != 0) {
    const bool has_blob = first_blob_ < blobs_.size();
    const size_t place = has_blob ? static_cast<size_t>(blobs_[first_blob_].position - base_) : end_;
    const size_t characters = std::min(n, place - begin_);
    begin_ += characters;
    n -= characters;
    if (n == 0 || !has_blob) break;
    const size_t left = blobs_[first_blob_].bytes.size() - blob_offset_;
    const size_t sent = std::min(n, left);
    n -= sent;
    blob_bytes_ -= sent;
    blob_offset_ += sent;
    if (sent == left) drop_first_blob();
  }
  if (begin_ == end_) {
    base_ += end_;
    begin_ = end_ = 0;
  }
}

void OutputBuffer::drop_first_blob() {
  blobs_[first_blob_].bytes = {};
  blob_offset_ = 0;
  ++first_blob_;
  if (first_blob_ == blobs_.size() || (first_blob_ >= kSentBlobsKept && first_blob_ * 2 >= blobs_.size())) {
    blobs_.erase(blobs_.begin(), blobs_.begin() + static_cast<std::ptrdiff_t>(first_blob_));
    blobs_dropped_ += std::exchange(first_blob_, 0);
  }
}

void OutputBuffer::shrink() {
  move_to_front();
  if (end_ != 0) {
    // Should that fail, the storage stays as it is.
    if (auto* moved = static_cast<char*>(std::realloc(storage_, end_)); moved != nullptr) {
      storage_ = moved;
      capacity_ = end_;
    }
    return;
  }
  std::free(storage_);
  storage_ = nullptr;
  capacity_ = 0;
  if (blobs_.empty()) std::vector<Blob>{}.swap(blobs_);
}

void OutputBuffer::clear() {
  drop_waiting();
  overflowed_ = false;
}

std::string OutputBuffer::to_string() const {
  std::vector<OutputSlice> slices(2 * (blobs_.size() - first_blob_) + 1);
  slices.resize(gather(slices));
  std::string text;
  for (const OutputSlice& slice : slices) text.append(slice.data, slice.size);
  return text;
}

}  // namespace larder::protocol
