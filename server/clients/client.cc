// Client names, and requests kept for later; see client.h.
#include "server/clients/client.h"

#include <algorithm>
#include <cstring>

namespace larder::server {

std::string_view shown_name(std::string_view name) { return name.substr(0, name.find('\0')); }

bool is_client_name(std::string_view name) {
  name = shown_name(name);
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '!' && c <= '~'; });
}

StoredRequest::StoredRequest(std::span<const std::string_view> args) {
  for (const std::string_view arg : args) size_ += arg.size();
  text_ = std::make_unique<char[]>(size_);
  args_.reserve(args.size());
  char* to = text_.get();
  for (const std::string_view arg : args) {
    if (!arg.empty()) std::memcpy(to, arg.data(), arg.size());
    args_.emplace_back(to, arg.size());
    to += arg.size();
  }
}

}  // namespace larder::server
