// The process title: what the template yields. That ps shows it is a matter of lifecycle_test.cc.
#include "server/process_title.h"

#include <gtest/gtest.h>

namespace larder::server {
namespace {

TEST(ProcessTitle, NamesTheProgramAndWhatItListensOn) {
  Settings settings;
  EXPECT_EQ(process_title(settings, "larder", ""), "larder *:6379");
  settings.bind = {"127.0.0.1", "::1"};
  settings.port = 7000;
  EXPECT_EQ(process_title(settings, "bin/larder", ""), "bin/larder 127.0.0.1:7000");
  settings.port = 0;
  settings.unixsocket = "/tmp/s";
  EXPECT_EQ(process_title(settings, "larder", ""), "larder unixsocket:/tmp/s");
}

TEST(ProcessTitle, FillsInEveryVariable) {
  Settings settings;
  settings.unixsocket = "/tmp/s";
  settings.proc_title_template =
      " T{{ {title}|{listen-addr}|{server-mode}|{port}|{tls-port}|{unixsocket}|{config-file} ";
  EXPECT_EQ(process_title(settings, "larder", "/etc/a.conf"), "T{ larder|*:6379||6379|0|/tmp/s|/etc/a.conf");
  EXPECT_EQ(process_title(settings, "larder", ""), "T{ larder|*:6379||6379|0|/tmp/s|-");
  settings.proc_title_template = "";
  EXPECT_EQ(process_title(settings, "larder", ""), "");
}

}  // namespace
}  // namespace larder::server
