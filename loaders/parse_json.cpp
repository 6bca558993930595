#include "loaders/parse_json.h"

#include <cstddef>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

using nlohmann::json;

/// Far more than any header or configuration needs; recursive code may walk the result.
constexpr std::size_t kDeepest = 200;

/// The header of 300,000 tensors. Values take up to thirty times their text.
constexpr std::size_t kMostBytes = std::size_t{32} << 20;

/// Reads along and keeps nothing but the keys of the objects that are open. What is no JSON is left to the
/// parser. Not json::parse()'s callback: with one, each value that ends is looked for among all before it.
class Checker : public json::json_sax_t {
 public:
  explicit Checker(const std::string& where) : where_(where) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return shut(); }
  bool end_array() override { return shut(); }
  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second) throw Error(fmt::format("{} names '{}' twice", where_, name));
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool open() {
    keys_.emplace_back();
    if (keys_.size() > kDeepest) throw Error(fmt::format("{} nests deeper than {} levels", where_, kDeepest));
    return true;
  }
  bool shut() {
    keys_.pop_back();
    return true;
  }

  const std::string& where_;
  std::vector<std::set<std::string>> keys_;  // Of the objects and arrays that are open.
};

}  // namespace

json parse_json(const std::string& text, const std::string& where) {
  if (text.size() > kMostBytes) {
    throw Error(fmt::format("{} has {} bytes, more than the {} that are read of JSON", where, text.size(),
                            kMostBytes));
  }
  try {
    Checker checker(where);
    json::sax_parse(text, &checker);
    return json::parse(text);
  } catch (const json::parse_error& error) {
    throw Error(
        fmt::format("{} is no valid JSON: it is wrong at byte {} of {}", where, error.byte, text.size()));
  } catch (const json::out_of_range&) {
    throw Error(fmt::format("{} holds a number too large for 64-bit floating point", where));
  }
}

}  // namespace dpac
