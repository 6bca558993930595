/// @file
/// JSON values as the program builds and reads them. The work of parsing and writing is nlohmann/json's, in
/// json.cpp alone: its templates would cost every unit that sees them seconds of compile time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dpac {

/// A JSON value: null, a truth value, a number, a string, a list, or an object whose members keep their
/// order.
class Json {
 public:
  enum class Type { null, boolean, integer, natural, real, string, array, object };
  using Member = std::pair<std::string, Json>;

  Json(std::nullptr_t = nullptr) {}
  Json(bool value) : type_(Type::boolean), natural_(value) {}
  template <std::signed_integral Integer>
  Json(Integer value) : type_(Type::integer), natural_(static_cast<uint64_t>(int64_t{value})) {}
  template <std::unsigned_integral Natural>
  Json(Natural value) : type_(Type::natural), natural_(value) {}
  template <std::floating_point Real>
  Json(Real value) : type_(Type::real), real_(double{value}) {}
  Json(std::string text) : type_(Type::string), text_(std::move(text)) {}
  Json(std::string_view text) : Json(std::string(text)) {}
  Json(const char* text) : Json(std::string(text)) {}

  /// Null where there is no value.
  template <typename Value>
  Json(const std::optional<Value>& value) : Json(value ? Json(*value) : Json()) {}

  template <typename Value>
  Json(std::span<const Value> values) : type_(Type::array), items_(values.begin(), values.end()) {}
  template <typename Value>
  Json(const std::vector<Value>& values) : type_(Type::array) {
    for (const auto& value : values) items_.emplace_back(value);
  }
  Json(std::vector<Json> items) : type_(Type::array), items_(std::move(items)) {}

  /// An object where every item is a list of two that begins with a string, else a list.
  Json(std::initializer_list<Json> items);

  static Json array() { return std::vector<Json>{}; }
  static Json object();

  /// @throws Error "`name`: ..." where `text` is no complete JSON, nested deeper than `kDeepest`, longer than
  /// `kMostBytes`, or has a key twice in an object.
  static Json parse(const std::string& text, const std::string& name);

  /// Nesting of results and states has a fifth of it; recursion over what is deeper might not end well.
  static constexpr int kDeepest = 32;

  /// The longest results have a tenth of it; values take some fifty times their text.
  static constexpr std::size_t kMostBytes = std::size_t{32} << 20;

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool is_null() const { return type_ == Type::null; }
  [[nodiscard]] bool is_boolean() const { return type_ == Type::boolean; }
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_string() const { return type_ == Type::string; }
  [[nodiscard]] bool is_array() const { return type_ == Type::array; }
  [[nodiscard]] bool is_object() const { return type_ == Type::object; }

  /// Items of a list or members of an object; 0 of anything else.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// The value as a bool, int, int64_t, uint64_t, float, double or std::string, or a vector of them.
  /// @throws Error if this is something else, or the number does not fit.
  template <typename Value>
  [[nodiscard]] Value get() const;

  /// A list's. @throws Error if this is none.
  [[nodiscard]] const std::vector<Json>& items() const;
  void push_back(Json item);  ///< A null becomes a list first.

  /// An object's. @throws Error if this is none.
  [[nodiscard]] const std::vector<Member>& members() const;

  /// The member, made null where there is none; a null becomes an object first.
  Json& operator[](std::string_view key);

  /// The member or item. @throws Error if there is none.
  [[nodiscard]] const Json& at(std::string_view key) const;
  [[nodiscard]] const Json& at(std::size_t index) const;

  /// Null where there is no such member.
  [[nodiscard]] const Json* find(std::string_view key) const;
  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }

  /// Removes the member, if there is one.
  void erase(std::string_view key);

  /// JSON text in one line, or for people with `indent` blanks a level. Text that is no UTF-8 (a file name
  /// need not be) has its bad bytes replaced.
  [[nodiscard]] std::string dump(int indent = -1) const;

  friend bool operator==(const Json& a, const Json& b);

 private:
  class Builder;

  [[noreturn]] void fail(std::string_view expected) const;
  [[nodiscard]] double real() const;
  template <typename Value>
  [[nodiscard]] Value scalar() const;

  Type type_ = Type::null;
  uint64_t natural_ = 0;  // Also of truth values, and of integers in two's complement.
  double real_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

template <>
bool Json::scalar<bool>() const;
template <>
int Json::scalar<int>() const;
template <>
int64_t Json::scalar<int64_t>() const;
template <>
uint64_t Json::scalar<uint64_t>() const;
template <>
float Json::scalar<float>() const;
template <>
double Json::scalar<double>() const;
template <>
std::string Json::scalar<std::string>() const;

template <typename Value>
Value Json::get() const {
  if constexpr (requires(Value list) { list.push_back(list.front()); } && !std::same_as<Value, std::string>) {
    Value list;
    for (const Json& item : items()) list.push_back(item.get<typename Value::value_type>());
    return list;
  } else {
    return scalar<Value>();
  }
}

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value;
}

/// Null for an empty string.
inline Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

}  // namespace dpac
