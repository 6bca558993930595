/// @file
/// A restricted reader of Python pickles, protocols 2 to 5: it builds plain data and never calls anything.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "loaders/torch/pickle_bytes.h"
#include "loaders/torch/pickle_heap.h"
#include "loaders/torch/pickle_value.h"

namespace dpac {

/// What classes, functions and persistent objects of a pickle stand for.
class PickleWorld {
 public:
  virtual ~PickleWorld() = default;

  /// What `callee` makes of `arguments`: known functions of PyTorch by their meaning, all others an opaque
  /// value.
  virtual PickleValue call(const PickleGlobal& callee, const PickleList& arguments) = 0;

  /// The object that lies outside the pickle under `id`.
  virtual PickleValue persistent(const PickleValue& id) = 0;
};

/// Reads one pickle. The instructions are those of Python's pickletools; none recurses, so neither does this.
class Unpickler {
 public:
  Unpickler(PickleBytes& bytes, PickleHeap& heap, PickleWorld& world)
      : bytes_(bytes), heap_(heap), world_(world) {}

  /// The value up to and with the pickle's STOP.
  /// @throws Error naming the byte for an unknown instruction, one that lacks its operands, or a pickle that
  /// ends early.
  PickleValue load();

 private:
  [[noreturn]] void fail(const std::string& why) const;

  // Each takes the instructions of its kind; false for others.
  bool load_number(uint8_t op);
  bool load_text(uint8_t op);
  bool load_container(uint8_t op);
  bool fill_container(uint8_t op);
  bool load_object(uint8_t op);
  bool use_memo(uint8_t op);
  bool move_stack(uint8_t op);

  void push(PickleValue value);
  PickleValue pop();
  [[nodiscard]] PickleValue& top();
  std::vector<PickleValue> pop_to_mark();
  std::vector<PickleValue> pop_last(std::size_t count);

  void push_text(uint64_t length);
  void push_long(uint64_t length);
  void push_list(std::vector<PickleValue> items);
  void add_items(const std::vector<PickleValue>& items);
  void add_entries(const std::vector<PickleValue>& keys_and_values);
  void reduce(const PickleValue& callee, const PickleValue& arguments);
  void build();
  void stack_global();
  void push_global(std::string module, std::string name);
  void remember(uint64_t number);
  void recall(uint64_t number);

  PickleBytes& bytes_;
  PickleHeap& heap_;
  PickleWorld& world_;
  std::vector<PickleValue> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<uint64_t, PickleValue> memo_;
};

}  // namespace dpac
