// What can go wrong in the store, as values. The wire texts stand in server/dispatch/errors.cc, the only place that
// knows them.
#pragma once

#include <cstdint>
#include <tl/expected.hpp>

namespace larder::store {

enum class Errc : uint8_t {
  wrong_type,
  no_such_key,
  not_an_integer,  // the stored value, or an operand, is no 64-bit integer
  not_a_float,
  overflow,         // increment or decrement would overflow
  nan_or_infinity,  // increment would produce NaN or Infinity
  string_too_long,  // above proto-max-bulk-len
  offset_out_of_range,
  same_object,         // source and destination are the same
  index_out_of_range,  // database number
  not_a_hyperloglog,
  corrupted_hyperloglog,
};

template <class T>
using Result = tl::expected<T, Errc>;

inline tl::unexpected<Errc> fail(Errc code) { return tl::unexpected<Errc>(code); }

}  // namespace larder::store
