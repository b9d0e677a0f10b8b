// The tables of intended differences, for reference.cc.
#pragma once

#include <span>

#include "tests/oracle/reference.h"

namespace larder::test {

std::span<const Difference> differences_of_redis_70();
std::span<const Wording> wordings_of_redis_70();
std::span<const Difference> differences_since_72();  // of all that are younger
std::span<const Wording> wordings_since_72();
std::span<const Difference> differences_of_valkey();  // of every Valkey
std::span<const Wording> wordings_of_valkey();
std::span<const Difference> differences_of_valkey_91();  // of this one only
std::span<const Wording> wordings_of_valkey_91();
std::span<const Difference> differences_of_redis_82();
std::span<const Wording> wordings_of_redis_82();

}  // namespace larder::test
