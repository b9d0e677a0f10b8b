// The reply types that are rarer or longer than those in the header.
#include "protocol/reply_writer.h"

#include <algorithm>
#include <utility>

namespace larder::protocol {

void ReplyWriter::line(char type, std::string_view text) {
  const size_t size = text.size() + 3;
  char* const start = output_->reserve(size);
  *start = type;
  char* const end = std::copy(text.begin(), text.end(), start + 1);
  std::memcpy(end, "\r\n", 2);
  output_->commit(size);
}

void ReplyWriter::simple(std::string_view text) { line('+', text); }

void ReplyWriter::error(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  ++errors_;
  if (observer_ != nullptr) observer_(observer_context_, text);
  char* const start = output_->reserve(text.size() + 3);
  *start = '-';
  char* const end =
      std::transform(text.begin(), text.end(), start + 1, [](char c) { return c == '\r' || c == '\n' ? ' ' : c; });
  std::memcpy(end, "\r\n", 2);
  output_->commit(text.size() + 3);
}

void ReplyWriter::negative_integer(int64_t value) {
  char digits[base::kMaxDecimalChars];
  line(':', {digits, static_cast<size_t>(base::write_decimal(digits, value) - digits)});
}

void ReplyWriter::long_bulk(std::string_view bytes) {
  output_->reserve(bytes.size() + kHeadRoom);
  head('$', bytes.size());
  output_->append(bytes);
  literal("\r\n");
}

void ReplyWriter::bulk(SharedBytes bytes) {
  head('$', bytes.size());
  output_->append(std::move(bytes));
  literal("\r\n");
}

void ReplyWriter::bulk_integer(int64_t value) {
  char digits[base::kMaxDecimalChars];
  bulk(std::string_view{digits, static_cast<size_t>(base::write_decimal(digits, value) - digits)});
}

void ReplyWriter::real(double value) {
  char text[base::kMaxDoubleChars];
  const std::string_view written{text, static_cast<size_t>(base::write_double(text, value) - text)};
  version_ == 3 ? line(',', written) : bulk(written);
}

void ReplyWriter::big_number(std::string_view digits) { version_ == 3 ? line('(', digits) : bulk(digits); }

void ReplyWriter::verbatim(std::string_view format, std::string_view text) {
  if (version_ != 3) return bulk(text);
  head('=', format.size() + 1 + text.size());
  output_->append(format);
  output_->append(":");
  output_->append(text);
  literal("\r\n");
}

void ReplyWriter::insert_head(Deferred begun, char type, uint64_t count) {
  char head[1 + base::kMaxDecimalLineChars];
  head[0] = type;
  output_->insert(begun.mark, {head, static_cast<size_t>(base::write_decimal_line(head + 1, count) - head)});
}

}  // namespace larder::protocol
