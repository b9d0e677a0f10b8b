// A directory of its own for one test, removed with all that is in it when the object dies. No invariants beyond "the
// path exists while the object lives"; one thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace larder::test {

class TempDir {
 public:
  /// A new, empty directory below the system's directory for temporary files. The path is short enough (under 60 bytes
  /// with the usual /tmp) to hold Unix sockets, whose names may have 107 bytes.
  /// errors  std::system_error when it cannot be made
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace larder::test
