// The log: its lines, and that it never waits for whoever should read them.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/log_line.h"
#include "server/observe/log.h"
#include "server/observe/log_sink.h"

namespace larder::server {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string read_what_is_there(int fd) {
  std::string text;
  std::array<char, 4096> chunk;
  ::fcntl(fd, F_SETFL, O_NONBLOCK);  // the reader's own end
  for (ssize_t got = 0; (got = ::read(fd, chunk.data(), chunk.size())) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(got));
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Lines until the sink takes no more; bounded, so that a sink that waits or takes everything is found out.
int fill(LogSink& sink, std::string_view line) {
  constexpr int kMost = 100000;
  int taken = 0;
  while (taken < kMost && sink.put(line)) ++taken;
  return taken;
}

TEST(LogLine, HasRedisForm) {
  EXPECT_THAT(log_line(LogLevel::notice, 'M', "Ready"),
              MatchesRegex("[0-9]+:M [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] "
                           "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\\.[0-9][0-9][0-9] \\* Ready\n"));
  EXPECT_THAT(log_line(LogLevel::debug, 'C', "x"), MatchesRegex("[0-9]+:C .* \\. x\n"));
  EXPECT_THAT(log_line(LogLevel::verbose, 'S', "x"), MatchesRegex("[0-9]+:S .* - x\n"));
  EXPECT_THAT(log_line(LogLevel::warning, 'M', "x"), MatchesRegex("[0-9]+:M .* # x\n"));
}

TEST(LogLine, IsOneLineAndFitsAPipe) {
  EXPECT_THAT(log_line(LogLevel::notice, 'M', "a\nb\r\nc\x1b[0m"), EndsWith(" a b  c [0m\n"));
  EXPECT_LE(log_line(LogLevel::notice, 'M', std::string(100000, 'x')).size(), 4096U);
}

TEST(Log, WritesFromItsLevelOn) {
  std::vector<std::string> lines;
  Log log(LogLevel::verbose);
  log.open([&](std::string_view line) { lines.emplace_back(line); });
  log.debug("a {}", 1);
  log.verbose("b {}", 2);
  log.set_role('S');
  log.warning("c {} {:02}", "three", 3);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], MatchesRegex("[0-9]+:M .* - b 2\n"));
  EXPECT_THAT(lines[1], MatchesRegex("[0-9]+:S .* # c three 03\n"));
  log.set_level(LogLevel::nothing);
  log.warning("d");
  EXPECT_THAT(lines, SizeIs(2));
}

TEST(Log, CountsWhatItDroppedAndTellsLater) {
  Log log;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  // Standard output as a launcher gives it: a pipe that nobody reads any more.
  const Descriptor kept(::dup(STDOUT_FILENO));
  ASSERT_EQ(::dup2(write_end.get(), STDOUT_FILENO), STDOUT_FILENO);
  ASSERT_TRUE(log.open(""));
  const std::string text(100, 'x');
  for (int i = 0; i < 2000; ++i) log.notice("{} {}", i, text);
  const auto dropped = log.dropped();
  const auto first = lines_of(read_what_is_there(read_end.get()));
  log.notice("again");
  const auto second = lines_of(read_what_is_there(read_end.get()));
  ::dup2(kept.get(), STDOUT_FILENO);

  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(first.size() + dropped, 2000U);
  for (const auto& line : first) EXPECT_THAT(line, EndsWith(text));
  ASSERT_THAT(second, SizeIs(2));
  EXPECT_THAT(second[0],
              EndsWith(" # " + std::to_string(dropped) + " log lines were dropped here: nobody was reading."));
  EXPECT_THAT(second[1], EndsWith(" * again"));
}

TEST(LogSink, LeavesTheSharedPipeBlocking) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  const auto sink = make_descriptor_sink(write_end.get());
  EXPECT_TRUE(sink->put("line\n"));
  EXPECT_EQ(::fcntl(write_end.get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_GT(fill(*sink, std::string(99, 'x') + '\n'), 100);
  EXPECT_EQ(::fcntl(write_end.get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_TRUE(read_what_is_there(read_end.get()).starts_with("line\n"));
  EXPECT_TRUE(sink->put("line\n"));
}

TEST(LogSink, PollsWhereAPipeCannotBeOpenedAnew) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  const auto sink = make_polling_sink(write_end.get());
  const std::string line = std::string(4095, 'x') + '\n';
  EXPECT_GT(fill(*sink, line), 3);
  EXPECT_THAT(lines_of(read_what_is_there(read_end.get())), testing::Each(SizeIs(4095)));
  EXPECT_TRUE(sink->put(line));
}

TEST(LogSink, LeavesASharedSocketBlocking) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  const auto sink = make_descriptor_sink(ours.get());
  EXPECT_GT(fill(*sink, std::string(99, 'x') + '\n'), 100);
  EXPECT_EQ(::fcntl(ours.get(), F_GETFL) & O_NONBLOCK, 0);
  const auto lines = lines_of(read_what_is_there(theirs.get()));
  for (const auto& line : lines) EXPECT_THAT(line, SizeIs(99));
  theirs.close();
  EXPECT_FALSE(sink->put("line\n")) << "and no SIGPIPE either";
}

TEST(LogSink, ATerminalThatIsStoppedDoesNotStopUs) {
  const Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (master.get() < 0 || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0)
    GTEST_SKIP() << "no pseudo terminals here";
  const Descriptor terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_GE(terminal.get(), 0);
  const auto sink = make_descriptor_sink(terminal.get());
  EXPECT_TRUE(sink->put("line\n"));
  EXPECT_LT(fill(*sink, std::string(99, 'x') + '\n'), 100000);
  EXPECT_EQ(::fcntl(terminal.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LogSink, AClosedDescriptorIsNoDisaster) {
  const auto sink = make_descriptor_sink(4095);
  EXPECT_FALSE(sink->put("line\n"));
}

class LogFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "larder-log-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> lines(const std::string& name) const {
    std::ifstream file(folder_ / name);
    std::stringstream text;
    text << file.rdbuf();
    return lines_of(text.str());
  }

  std::filesystem::path folder_;
};

TEST_F(LogFile, IsAppendedTo) {
  std::ofstream(folder_ / "l") << "before\n";
  Log log;
  ASSERT_TRUE(log.open((folder_ / "l").string()));
  log.notice("after");
  EXPECT_THAT(lines("l"), ElementsAre("before", EndsWith(" * after")));
}

TEST_F(LogFile, IsMadeAgainAfterRotation) {
  const auto path = (folder_ / "l").string();
  const auto first = make_file_sink(path);
  ASSERT_TRUE(first);
  std::filesystem::rename(path, path + ".1");
  const auto sink = make_file_sink(path + ".1");
  ASSERT_TRUE(sink);
  EXPECT_TRUE((*first)->put("new\n")) << "looks for its file when it writes for the first time";
  EXPECT_THAT(lines("l"), ElementsAre("new"));
  EXPECT_THAT(lines("l.1"), SizeIs(0));
}

TEST_F(LogFile, ThatCannotBeOpenedChangesNothing) {
  std::vector<std::string> taken;
  Log log;
  log.open([&](std::string_view line) { taken.emplace_back(line); });
  const auto opened = log.open((folder_ / "none" / "l").string());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), "No such file or directory");
  log.notice("still here");
  EXPECT_THAT(taken, SizeIs(1));
}

TEST_F(LogFile, HoldsWholeLinesOfManyThreads) {
  Log log;
  ASSERT_TRUE(log.open((folder_ / "l").string()));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) log.notice("thread {} line {} end", t, i);
    });
  }
  for (auto& thread : threads) thread.join();
  const auto written = lines("l");
  EXPECT_THAT(written, SizeIs(800));
  EXPECT_THAT(written, testing::Each(MatchesRegex("[0-9]+:M .* \\* thread [0-9] line [0-9]+ end")));
}

}  // namespace
}  // namespace larder::server
