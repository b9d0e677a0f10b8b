// SharedBytes owns one reference to immutable bytes that live elsewhere (a large value in the store, a message that
// goes to many subscribers), so that they can be sent without a copy after the store's lock is gone.
// A SharedBytes is used by one thread at a time; `release` runs on the thread that drops it and must be
// safe there.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace larder::protocol {

class SharedBytes {
 public:
  using Release = void (*)(void* owner);

  SharedBytes() = default;

  /// Takes over one reference to `owner`, which keeps the bytes unchanged until `release(owner)` is called once.
  SharedBytes(const char* data, size_t size, void* owner, Release release)
      : data_{data}, size_{size}, owner_{owner}, release_{release} {}

  SharedBytes(SharedBytes&& other) noexcept
      : data_{std::exchange(other.data_, nullptr)},
        size_{std::exchange(other.size_, 0)},
        owner_{std::exchange(other.owner_, nullptr)},
        release_{std::exchange(other.release_, nullptr)} {}

  SharedBytes& operator=(SharedBytes&& other) noexcept {
    SharedBytes taken{std::move(other)};
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    std::swap(owner_, taken.owner_);
    std::swap(release_, taken.release_);
    return *this;
  }

  ~SharedBytes() {
    if (release_ != nullptr) release_(owner_);
  }

  /// Shares a string: each reference is a count in the shared_ptr.
  static SharedBytes from(std::shared_ptr<const std::string> text) {
    const std::string_view view = *text;
    auto* owner = new std::shared_ptr<const std::string>{std::move(text)};
    return {view.data(), view.size(), owner,
            [](void* held) { delete static_cast<std::shared_ptr<const std::string>*>(held); }};
  }

  const char* data() const { return data_; }
  size_t size() const { return size_; }
  std::string_view view() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
  void* owner_ = nullptr;
  Release release_ = nullptr;
};

}  // namespace larder::protocol
