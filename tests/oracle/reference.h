// The real servers that Larder is compared with, and for each the table of intended differences. Immutable; any thread.
//
// Which of them is right about what stands in README.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace larder::test {

/// One way in which Larder intentionally answers otherwise than a reference does. `*` in a text stands for anything.
struct Difference {
  std::string_view command;  ///< as redis-cli would write it, upper and lower case being the same; or what a test
                             ///< compares instead, such as `row of exec`
  std::string_view theirs;   ///< the reply as the message of a failure shows it
  std::string_view ours;
  std::string_view reason;
};

/// What a reference words otherwise: in its replies each match is replaced before they are compared.
struct Wording {
  std::string_view command;  ///< as in Difference
  const char* theirs;        ///< a regular expression (ECMAScript)
  const char* ours;
  std::string_view reason;
};

/// What makes whole cases differ, rather than single replies.
struct Habits {
  bool before_72 = false;  ///< lacks what Redis 7.2 added
  /// SET and EXPIRE with a deadline in the past expire the key at once: SET stores nothing, the event is `expired`.
  bool expires_at_once = false;
  /// MULTI and WATCH inside MULTI make EXEC fail.
  bool nested_multi_aborts = false;
  /// Inline requests need no blank behind a closing quote.
  bool quotes_within_words = false;
  /// GETEX refuses a bad time before it looks for the key, so that there is no `keymiss` either.
  bool checks_getex_first = false;
};

struct Reference {
  std::string_view name;     ///< in LARDER_ORACLE
  std::string_view program;  ///< on PATH, or in build/tools
  std::string_view what;
  std::span<const std::string_view> arguments;  ///< beside those that every test server gets
  Habits habits;
  std::span<const Difference> differences[3];
  std::span<const Wording> wordings[3];
};

/// Every reference; the first is the one that is used when none is chosen.
std::span<const Reference> references();

/// The reference that the environment variable LARDER_ORACLE names, or else the first.
/// errors  std::invalid_argument when LARDER_ORACLE names none
const Reference& reference();

/// Path of the reference's program; empty when there is none.
std::string reference_program();

/// Whether the table of the reference allows these two answers to the command.
bool intended_difference(const Reference& of, std::string_view command, std::string_view theirs, std::string_view ours);

/// A text of the reference's reply to the command, in Larder's words.
std::string reworded(const Reference& of, std::string_view command, std::string theirs);

/// Both of the above, for texts that a test has made of replies.
bool same_text(const Reference& of, std::string_view command, const std::string& theirs, const std::string& ours);

}  // namespace larder::test
