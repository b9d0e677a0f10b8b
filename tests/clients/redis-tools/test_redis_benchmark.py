"""redis-benchmark of the distribution: it must run through, without errors, for every test whose commands exist."""

import os
import re
import subprocess
import unittest

HOST = os.environ["LARDER_HOST"]
PORT = os.environ["LARDER_PORT"]
PASSWORD = os.environ["LARDER_PASSWORD"]
LIMIT_S = 60
TESTS = "ping_inline,ping_mbulk,set,get,incr,sadd,spop,mset"
NAMES = ("PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "SADD", "SPOP", "MSET (10 keys)")
CONNECT = ["redis-benchmark", "-h", HOST, "-p", PORT, "-a", PASSWORD]


def run(*arguments):
    done = subprocess.run([*CONNECT, *arguments], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    output = (done.stdout + done.stderr).replace("\r", "\n")
    assert done.returncode == 0, output
    assert "Error" not in output and "ERR" not in output, output
    return output


class RedisBenchmark(unittest.TestCase):
    def check_all(self, output):
        for name in NAMES:
            self.assertRegex(output, rf"(?m)^{re.escape(name)}: [1-9][\d.]* requests per second")

    def test_one_command_at_a_time(self):
        self.check_all(run("-q", "-n", "2000", "-c", "20", "-t", TESTS))

    def test_pipelines_and_random_keys(self):
        self.check_all(run("-q", "-n", "20000", "-c", "50", "-P", "100", "-r", "10000", "-d", "100", "-t", TESTS))

    def test_several_threads(self):
        self.check_all(run("-q", "-n", "5000", "-c", "50", "-P", "16", "--threads", "2", "-t", TESTS))

    def test_csv_over_the_unix_socket(self):
        output = run("-s", os.environ["LARDER_SOCKET"], "--csv", "-n", "1000", "-t", "set,get")
        self.assertEqual(re.findall(r'(?m)^"(\w+)","[\d.]+"', output), ["SET", "GET"])

    def test_a_command_of_ones_own_in_resp3(self):
        output = run("-q", "-3", "-n", "1000", "-r", "100", "GETEX", "key:__rand_int__", "EX", "100")
        self.assertRegex(output, r"requests per second")

    def test_no_keep_alive(self):
        output = run("-q", "-k", "0", "-n", "300", "-t", "get")
        self.assertRegex(output, r"(?m)^GET: [1-9]")


if __name__ == "__main__":
    unittest.main(verbosity=2)
