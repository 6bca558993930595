#include "loaders/torch/unpickler.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

/// The instructions, by the names of Python's pickletools.
enum Op : uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kDict = 'd',
  kEmptyDict = '}',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kList = 'l',
  kEmptyList = ']',
  kObj = 'o',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kEmptyTuple = ')',
  kSetItems = 'u',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kEmptySet = 0x8f,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kNewObjEx = 0x92,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
  kByteArray8 = 0x96,
};

/// The state of a torch.nn.Module is its __dict__, with these among others.
bool is_module_state(const PickleValue& state) {
  const auto* const dict = object_of<PickleDict>(state);
  if (dict == nullptr) return false;
  return std::any_of(dict->entries.begin(), dict->entries.end(), [](const auto& entry) {
    const auto* const key = object_of<PickleText>(entry.first);
    return key != nullptr && (key->text == "_modules" || key->text == "_parameters");
  });
}

}  // namespace

void Unpickler::fail(const std::string& why) const {
  throw Error(
      fmt::format("{} is damaged or no pickle: {} at byte {}", bytes_.where(), why, bytes_.position()));
}

PickleValue Unpickler::load() {
  constexpr int kOldest = 2, kNewest = 5;
  if (bytes_.byte() != kProto) fail("it does not begin with its protocol");
  const int protocol = bytes_.byte();
  if (protocol < kOldest || protocol > kNewest) {
    fail(fmt::format("it has protocol {}, expected {} to {}", protocol, kOldest, kNewest));
  }
  for (uint8_t op = bytes_.byte(); op != kStop; op = bytes_.byte()) {
    const bool known = load_number(op) || load_text(op) || load_container(op) || fill_container(op) ||
                       load_object(op) || use_memo(op) || move_stack(op);
    if (!known) fail(fmt::format("there is the unknown instruction 0x{:02x}", op));
  }
  return pop();
}

bool Unpickler::load_number(uint8_t op) {
  switch (op) {
    case kNone:
      return push({}), true;
    case kNewTrue:
    case kNewFalse:
      return push(op == kNewTrue), true;
    case kBinInt1:
      return push(int64_t{bytes_.byte()}), true;
    case kBinInt2:
      return push(static_cast<int64_t>(bytes_.number(2))), true;
    case kBinInt:
      return push(int64_t{static_cast<int32_t>(bytes_.number(4))}), true;
    case kBinFloat:  // The only big-endian number.
      return push(std::bit_cast<double>(__builtin_bswap64(bytes_.number(8)))), true;
    case kLong1:
      return push_long(bytes_.number(1)), true;
    case kLong4:
      return push_long(bytes_.number(4)), true;
    default:
      return false;
  }
}

bool Unpickler::load_text(uint8_t op) {
  switch (op) {
    case kShortBinString:
    case kShortBinBytes:
    case kShortBinUnicode:
      return push_text(bytes_.number(1)), true;
    case kBinString:
    case kBinBytes:
    case kBinUnicode:
      return push_text(bytes_.number(4)), true;
    case kBinUnicode8:
    case kBinBytes8:
    case kByteArray8:
      return push_text(bytes_.number(8)), true;
    default:
      return false;
  }
}

bool Unpickler::load_container(uint8_t op) {
  switch (op) {
    case kEmptyList:
    case kEmptyTuple:
    case kEmptySet:
      return push_list({}), true;
    case kList:
    case kTuple:
    case kFrozenSet:
      return push_list(pop_to_mark()), true;
    case kTuple1:
    case kTuple2:
    case kTuple3:
      return push_list(pop_last(std::size_t{op} - kTuple1 + 1)), true;
    case kEmptyDict:
      return push(heap_.make(PickleDict{})), true;
    case kDict: {
      const auto entries = pop_to_mark();
      push(heap_.make(PickleDict{}));
      return add_entries(entries), true;
    }
    default:
      return false;
  }
}

bool Unpickler::fill_container(uint8_t op) {
  switch (op) {
    case kAppend:
      return add_items(pop_last(1)), true;
    case kAppends:
    case kAddItems:
      return add_items(pop_to_mark()), true;
    case kSetItem:
      return add_entries(pop_last(2)), true;
    case kSetItems:
      return add_entries(pop_to_mark()), true;
    default:
      return false;
  }
}

bool Unpickler::load_object(uint8_t op) {
  switch (op) {
    case kGlobal: {
      std::string module = bytes_.line(), name = bytes_.line();
      return push_global(std::move(module), std::move(name)), true;
    }
    case kStackGlobal:
      return stack_global(), true;
    case kNewObjEx:
      pop();  // Keyword arguments, which nothing that is known here has.
      [[fallthrough]];
    case kReduce:
    case kNewObj: {
      const PickleValue arguments = pop();
      return reduce(pop(), arguments), true;
    }
    case kObj: {
      auto items = pop_to_mark();
      if (items.empty()) fail("an object has no class");
      const PickleValue type = items.front();
      return reduce(type, heap_.make(PickleList{{items.begin() + 1, items.end()}})), true;
    }
    case kBinPersId:
      return push(world_.persistent(pop())), true;
    case kBuild:
      return build(), true;
    default:
      return false;
  }
}

bool Unpickler::use_memo(uint8_t op) {
  switch (op) {
    case kBinPut:
      return remember(bytes_.number(1)), true;
    case kLongBinPut:
      return remember(bytes_.number(4)), true;
    case kMemoize:
      return remember(memo_.size()), true;
    case kBinGet:
      return recall(bytes_.number(1)), true;
    case kLongBinGet:
      return recall(bytes_.number(4)), true;
    default:
      return false;
  }
}

bool Unpickler::move_stack(uint8_t op) {
  switch (op) {
    case kProto:
      return bytes_.skip(1), true;
    case kFrame:  // Frames are for readers without a buffer.
      return bytes_.skip(8), true;
    case kMark:
      heap_.spend(1);
      return marks_.push_back(stack_.size()), true;
    case kPop:
      return pop(), true;
    case kPopMark:
      return pop_to_mark(), true;
    case kDup:
      return push(top()), true;
    default:
      return false;
  }
}

void Unpickler::push(PickleValue value) {
  heap_.spend(1);
  stack_.push_back(value);
}

PickleValue& Unpickler::top() {
  if (stack_.empty() || (!marks_.empty() && marks_.back() == stack_.size())) fail("an operand is missing");
  return stack_.back();
}

PickleValue Unpickler::pop() {
  const PickleValue value = top();
  stack_.pop_back();
  return value;
}

std::vector<PickleValue> Unpickler::pop_to_mark() {
  if (marks_.empty()) fail("a mark is missing");
  const std::size_t mark = marks_.back();
  marks_.pop_back();
  return pop_last(stack_.size() - mark);
}

std::vector<PickleValue> Unpickler::pop_last(std::size_t count) {
  if (stack_.size() - (marks_.empty() ? 0 : marks_.back()) < count) fail("an operand is missing");
  const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
  std::vector<PickleValue> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  return items;
}

/// A text too long for any name is some array's bytes.
void Unpickler::push_text(uint64_t length) {
  if (length <= PickleBytes::kLongestText) {
    heap_.spend_text(length);
    return push(heap_.make(PickleText{bytes_.text(length)}));
  }
  bytes_.skip(length);
  push(heap_.make(PickleOpaque{}));
}

/// Two's complement, little-endian; what does not fit int64 is no count of anything.
void Unpickler::push_long(uint64_t length) {
  constexpr uint64_t kFits = 8;
  if (length == 0) return push(int64_t{0});
  if (length > kFits) {
    bytes_.skip(length);
    return push(heap_.make(PickleOpaque{}));
  }
  const uint64_t bits = bytes_.number(static_cast<int>(length));
  const auto unused = static_cast<int>(64 - 8 * length);
  push(static_cast<int64_t>(bits << unused) >> unused);
}

void Unpickler::push_list(std::vector<PickleValue> items) {
  heap_.spend(items.size());
  push(heap_.make(PickleList{std::move(items)}));
}

void Unpickler::add_items(const std::vector<PickleValue>& items) {
  heap_.spend(items.size());
  auto* const list = object_of<PickleList>(top());
  if (list != nullptr) list->items.insert(list->items.end(), items.begin(), items.end());
}

void Unpickler::add_entries(const std::vector<PickleValue>& keys_and_values) {
  if (keys_and_values.size() % 2 != 0) fail("a key has no value");
  heap_.spend(keys_and_values.size());
  auto* const dict = object_of<PickleDict>(top());
  if (dict == nullptr) return;
  for (std::size_t i = 0; i < keys_and_values.size(); i += 2) {
    dict->entries.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
  }
}

void Unpickler::reduce(const PickleValue& callee, const PickleValue& arguments) {
  const auto* const global = object_of<PickleGlobal>(callee);
  const auto* const list = object_of<PickleList>(arguments);
  if (list == nullptr) fail("the arguments of a call are no tuple");
  push(global == nullptr ? heap_.make(PickleOpaque{}) : world_.call(*global, *list));
}

/// The state of an object: of an opaque one it says whether it is a module, no other needs it.
void Unpickler::build() {
  const PickleValue state = pop();
  auto* const opaque = object_of<PickleOpaque>(top());
  if (opaque != nullptr && is_module_state(state)) opaque->is_module = true;
}

void Unpickler::stack_global() {
  const PickleValue name = pop(), module = pop();
  const auto *const name_text = object_of<PickleText>(name), *const module_text =
                                                                 object_of<PickleText>(module);
  if (name_text == nullptr || module_text == nullptr) fail("the name of a class is no text");
  push_global(module_text->text, name_text->text);
}

void Unpickler::push_global(std::string module, std::string name) {
  heap_.spend_text(module.size() + name.size());
  push(heap_.make(PickleGlobal{std::move(module), std::move(name)}));
}

void Unpickler::remember(uint64_t number) {
  heap_.spend(4);  // A node of the table.
  memo_[number] = top();
}

void Unpickler::recall(uint64_t number) {
  const auto found = memo_.find(number);
  if (found == memo_.end()) fail(fmt::format("object {} is used before it was made", number));
  push(found->second);
}

}  // namespace dpac
