// OutputBuffer holds the bytes that wait for a socket: encoded replies in one growing run of characters, and large
// shared values by reference at their places between them, which are sent without a copy.
//
// Invariants: the characters in [begin_, end_) and the blobs from first_blob_ on are what waits, in the order of their
// positions; storage is never filled with zeros. Positions are counted from the first character ever appended, so
// marks survive growth and moving.
// Only on the connection's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/shared_bytes.h"

namespace larder::protocol {

/// A run of bytes to be sent; laid out as struct iovec.
struct OutputSlice {
  const char* data;
  size_t size;
};

class OutputBuffer {
 public:
  /// A place in the output, for truncate() and insert(). It stays good while nothing behind it is sent and nothing
  /// before it is truncated.
  struct Mark {
    uint64_t position;  // characters, counted from the first ever appended
    uint64_t blobs;     // blobs ever appended before it
  };

  OutputBuffer() = default;
  OutputBuffer(OutputBuffer&& other) noexcept { swap(other); }
  OutputBuffer& operator=(OutputBuffer&& other) noexcept {
    OutputBuffer taken{std::move(other)};
    swap(taken);
    return *this;
  }
  ~OutputBuffer();

  /// Room for at least `n` more characters; write there, then commit() what was written. The pointer is good until
  /// the next call that is not commit(). Throws std::bad_alloc.
  char* reserve(size_t n) {
    if (capacity_ - end_ < n) [[unlikely]]
      grow(n);
    return storage_ + end_;
  }
  void commit(size_t n) { end_ += n; }

  void append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(reserve(text.size()), text.data(), text.size());
    commit(text.size());
  }

  /// Appends the shared bytes by reference; their size counts in size(), not in capacity().
  void append(SharedBytes bytes);

  /// Bytes that wait, blobs included.
  size_t size() const { return end_ - begin_ + blob_bytes_; }
  bool empty() const { return size() == 0; }

  Mark mark() const { return {base_ + end_, blobs_dropped_ + blobs_.size()}; }

  /// Throws away everything behind the mark.
  void truncate(Mark mark);

  /// Puts `text` in at the mark: what is behind moves on. Costs a move of the characters behind the mark.
  void insert(Mark mark, std::string_view text);

  /// Fills `slices` with what waits, first bytes first, and returns how many were filled; more may wait than fit in.
  /// The slices are good until the buffer is changed.
  size_t gather(std::span<OutputSlice> slices) const;

  /// Drops the first `n` bytes (at most size()), because they were sent.
  void consume(size_t n);

  /// Bounds what waits. Where more storage would be needed than that, all that waits is dropped, and what is appended
  /// from then on as well, until clear(). 0: no bound. Moved with the rest.
  void set_limit(size_t bytes) { limit_ = bytes; }
  size_t limit() const { return limit_; }
  /// Whether more than the limit waits or has been dropped: then the connection must end.
  bool overflowed() const { return overflowed_ || (limit_ != 0 && size() > limit_); }

  /// Bytes of character storage held.
  size_t capacity() const { return capacity_; }
  /// Bytes held: storage, and shared bytes as if nobody else held them.
  size_t memory() const { return capacity_ + blob_bytes_ + blobs_.capacity() * sizeof(Blob); }

  /// Gives storage back: all of it when nothing waits, else what is beyond the characters that wait.
  void shrink();

  /// Drops everything that waits and forgets an overflow; keeps the storage.
  void clear();

  /// A copy of all that waits (tests, and replies that are sent elsewhere).
  std::string to_string() const;

 private:
  struct Blob {
    uint64_t position;  // it stands before the character with this position
    SharedBytes bytes;
  };

  void grow(size_t n);
  bool exceeds_limit(size_t n) const { return limit_ != 0 && (overflowed_ || size() + n > limit_); }
  void overflow();
  void drop_waiting();
  void move_to_front();
  void resize_storage(size_t capacity);
  void swap(OutputBuffer& other) noexcept;
  void drop_first_blob();

  char* storage_ = nullptr;
  size_t begin_ = 0;  // first character that waits
  size_t end_ = 0;    // behind the last character
  size_t capacity_ = 0;
  uint64_t base_ = 0;  // position of storage_[0]
  std::vector<Blob> blobs_;
  size_t first_blob_ = 0;       // blobs before it were sent and are released
  uint64_t blobs_dropped_ = 0;  // removed from the front of blobs_
  size_t blob_offset_ = 0;      // bytes sent of the first blob
  size_t blob_bytes_ = 0;       // bytes of all blobs that wait
  size_t limit_ = 0;            // of size(); compared when storage must grow and for each blob
  bool overflowed_ = false;
};

}  // namespace larder::protocol
