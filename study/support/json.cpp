#include "study/support/json.h"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernels/error.h"

namespace dpac {
namespace {

using Library = nlohmann::ordered_json;

Library to_library(const Json& json) {
  switch (json.type()) {
    case Json::Type::null:
      return nullptr;
    case Json::Type::boolean:
      return json.get<bool>();
    case Json::Type::integer:
      return json.get<int64_t>();
    case Json::Type::natural:
      return json.get<uint64_t>();
    case Json::Type::real:
      return json.get<double>();
    case Json::Type::string:
      return json.get<std::string>();
    case Json::Type::array: {
      Library list = Library::array();
      for (const Json& item : json.items()) list.push_back(to_library(item));
      return list;
    }
    case Json::Type::object:
      break;
  }
  Library object = Library::object();
  for (const auto& [key, value] : json.members()) object.push_back({key, to_library(value)});
  return object;
}

bool is_member(const Json& json) {
  return json.is_array() && json.size() == 2 && json.at(0).is_string();
}

}  // namespace

Json::Json(std::initializer_list<Json> items) {
  if (!std::all_of(items.begin(), items.end(), is_member)) {
    type_ = Type::array;
    items_ = items;
    return;
  }
  type_ = Type::object;
  for (const Json& item : items) members_.emplace_back(item.at(0).text_, item.at(1));
}

Json Json::object() {
  Json json;
  json.type_ = Type::object;
  return json;
}

/// Builds a value while the library reads. Not out of the library's own values: an object of theirs looks for
/// each new key among all before it.
class Json::Builder final : public Library::json_sax_t {
 public:
  explicit Builder(const std::string& name) : name_(name), open_{array()} {}

  /// When all is read.
  Json result() { return std::move(open_.front().items_.front()); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(object()); }
  bool start_array(std::size_t) override { return open(array()); }
  bool end_array() override { return shut(); }
  bool end_object() override {
    check_keys(open_.back().members_);
    return shut();
  }
  bool key(string_t& key) override {
    open_.back().members_.emplace_back(std::move(key), Json());
    return true;
  }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    if (dynamic_cast<const Library::out_of_range*>(&error) != nullptr) {
      throw Error(fmt::format("{}: is no usable JSON: {}", name_, error.what()));
    }
    throw Error(fmt::format("{}: is no complete JSON: found an error at byte {}", name_, byte));
  }

 private:
  bool open(Json value) {
    open_.push_back(std::move(value));
    if (open_.size() <= std::size_t{kDeepest} + 1) return true;
    throw Error(fmt::format("{}: its JSON is nested deeper than {} levels, which none of dpac's is", name_,
                            kDeepest));
  }

  bool shut() {
    Json value = std::move(open_.back());
    open_.pop_back();
    return add(std::move(value));
  }

  bool add(Json value) {
    Json& parent = open_.back();
    if (parent.is_object()) {
      parent.members_.back().second = std::move(value);
    } else {
      parent.items_.push_back(std::move(value));
    }
    return true;
  }

  void check_keys(const std::vector<Member>& members) const {
    std::set<std::string_view> keys;
    for (const Member& member : members) {
      if (!keys.insert(member.first).second) {
        throw Error(fmt::format("{}: its JSON has the key '{}' twice", name_, member.first));
      }
    }
  }

  const std::string& name_;
  std::vector<Json> open_;  // Lists and objects around what is read, within a list of the whole.
};

Json Json::parse(const std::string& text, const std::string& name) {
  if (text.size() > kMostBytes) {
    throw Error(fmt::format("{}: has {} bytes, more than the {} that dpac's own JSON may have", name,
                            text.size(), kMostBytes));
  }
  Builder builder(name);
  Library::sax_parse(text, &builder);
  return builder.result();
}

bool Json::is_number() const {
  return type_ == Type::integer || type_ == Type::natural || type_ == Type::real;
}

std::size_t Json::size() const {
  return is_object() ? members_.size() : items_.size();
}

const std::vector<Json>& Json::items() const {
  if (!is_array()) fail("a list");
  return items_;
}

void Json::push_back(Json item) {
  if (is_null()) type_ = Type::array;
  if (!is_array()) fail("a list");
  items_.push_back(std::move(item));
}

const std::vector<Json::Member>& Json::members() const {
  if (!is_object()) fail("an object");
  return members_;
}

Json& Json::operator[](std::string_view key) {
  if (is_null()) type_ = Type::object;
  if (!is_object()) fail("an object");
  const auto member =
      std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.first == key; });
  if (member != members_.end()) return member->second;
  return members_.emplace_back(std::string(key), Json()).second;
}

const Json& Json::at(std::string_view key) const {
  const Json* member = find(key);
  if (member == nullptr) fail(fmt::format("an object with '{}'", key));
  return *member;
}

const Json& Json::at(std::size_t index) const {
  if (index >= items().size()) fail(fmt::format("a list of more than {}", index));
  return items_[index];
}

const Json* Json::find(std::string_view key) const {
  const auto member =
      std::find_if(members_.begin(), members_.end(), [&](const Member& m) { return m.first == key; });
  return member == members_.end() ? nullptr : &member->second;
}

void Json::erase(std::string_view key) {
  std::erase_if(members_, [&](const Member& member) { return member.first == key; });
}

std::string Json::dump(int indent) const {
  return to_library(*this).dump(indent, ' ', false, Library::error_handler_t::replace);
}

bool operator==(const Json& a, const Json& b) {
  // 1 of a file is the 1 of a program, whatever the sign of its type.
  if (a.is_number() && b.is_number() && (a.type_ == Json::Type::real) == (b.type_ == Json::Type::real)) {
    const bool negative = (a.type_ == Json::Type::integer && a.get<int64_t>() < 0) !=
                          (b.type_ == Json::Type::integer && b.get<int64_t>() < 0);
    return !negative && a.natural_ == b.natural_ && a.real_ == b.real_;
  }
  return a.type_ == b.type_ && a.natural_ == b.natural_ && a.text_ == b.text_ && a.items_ == b.items_ &&
         a.members_ == b.members_;
}

void Json::fail(std::string_view expected) const {
  throw Error(fmt::format("a JSON value is {}, expected {}", dump(), expected));
}

double Json::real() const {
  if (type_ == Type::integer) return static_cast<double>(static_cast<int64_t>(natural_));
  return type_ == Type::natural ? static_cast<double>(natural_) : real_;
}

template <>
bool Json::scalar<bool>() const {
  if (!is_boolean()) fail("true or false");
  return natural_ != 0;
}

template <>
int64_t Json::scalar<int64_t>() const {
  const bool fits = type_ == Type::integer || (type_ == Type::natural && static_cast<int64_t>(natural_) >= 0);
  if (!fits) fail("an integer");
  return static_cast<int64_t>(natural_);
}

template <>
int Json::scalar<int>() const {
  const auto value = get<int64_t>();
  if (value != static_cast<int>(value)) fail("a smaller integer");
  return static_cast<int>(value);
}

template <>
uint64_t Json::scalar<uint64_t>() const {
  const bool fits = type_ == Type::natural || (type_ == Type::integer && static_cast<int64_t>(natural_) >= 0);
  if (!fits) fail("an integer that is not negative");
  return natural_;
}

template <>
double Json::scalar<double>() const {
  if (!is_number()) fail("a number");
  return real();
}

template <>
float Json::scalar<float>() const {
  return static_cast<float>(get<double>());
}

template <>
std::string Json::scalar<std::string>() const {
  if (!is_string()) fail("a string");
  return text_;
}

}  // namespace dpac
