// Whole files into strings.
#include "server/config/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace larder::server {

tl::expected<std::string, std::string> read_to_end(int fd) {
  constexpr std::size_t kMost = 64U << 20;  // no conf file is longer: whoever feeds us /dev/zero gets an answer
  std::string text;
  std::array<char, 16384> chunk;
  while (true) {
    const auto got = ::read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(std::string(std::strerror(errno)));
    if (got == 0) return text;
    if (text.size() > kMost) return tl::unexpected(std::string(std::strerror(EFBIG)));
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

tl::expected<std::string, std::string> read_text_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return tl::unexpected(std::string(std::strerror(errno)));
  auto text = read_to_end(fd);
  ::close(fd);
  return text;
}

}  // namespace larder::server
