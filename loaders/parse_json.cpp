#include "loaders/parse_json.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

using nlohmann::json;

/// Far more than any header or configuration needs; recursive code may walk the result.
constexpr int kDeepest = 200;

class Guard {
 public:
  explicit Guard(const std::string& where) : where_(where) {}

  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    if (depth > kDeepest) throw Error(fmt::format("{} nests deeper than {} levels", where_, kDeepest));
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (event == json::parse_event_t::key && !keys_.back().insert(parsed.get<std::string>()).second) {
      throw Error(fmt::format("{} names '{}' twice", where_, parsed.get<std::string>()));
    }
    return true;
  }

 private:
  const std::string& where_;
  std::vector<std::set<std::string>> keys_;  // Of the objects that are open.
};

}  // namespace

json parse_json(const std::string& text, const std::string& where) {
  try {
    Guard guard(where);
    return json::parse(text, [&](int depth, json::parse_event_t event, const json& parsed) {
      return guard(depth, event, parsed);
    });
  } catch (const json::parse_error& error) {
    throw Error(
        fmt::format("{} is no valid JSON: it is wrong at byte {} of {}", where, error.byte, text.size()));
  } catch (const json::out_of_range&) {
    throw Error(fmt::format("{} holds a number too large for 64-bit floating point", where));
  }
}

}  // namespace dpac
