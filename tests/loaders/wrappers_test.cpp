#include "loaders/weights/wrappers.h"

#include <doctest/doctest.h>

#include "tests/support/messages.h"

using namespace dpac;
using namespace dpac::test;

TEST_CASE("plain names have dots and no wrappers of modules, wherever these stand") {
  CHECK(plain_name("layer1/0/conv1/weight") == "layer1.0.conv1.weight");
  CHECK(plain_name("module.layer1._orig_mod.0.module.conv1.weight") == "layer1.0.conv1.weight");
  CHECK(plain_name("_fsdp_wrapped_module.fc._checkpoint_wrapped_module.bias") == "fc.bias");
  CHECK(plain_name("state_dict/module.fc.bias") == "state_dict.fc.bias");
  CHECK(plain_name("modules.fc.bias") == "modules.fc.bias");
  CHECK(plain_name("") == "");
}

TEST_CASE("names and prefixes in components") {
  CHECK(components("a.b.") == std::vector<std::string>{"a", "b"});
  CHECK(components("a.b") == std::vector<std::string>{"a", "b"});
  CHECK(components("").empty());
  CHECK(is_known_wrapper(""));
  CHECK(is_known_wrapper("model.module.backbone."));
  CHECK_FALSE(is_known_wrapper("model.student."));
}

TEST_CASE("of several places the most usual one is taken, and said to be") {
  std::vector<std::string> assumed;
  CHECK(choose_prefix("x", {"teacher."}, assumed) == "teacher.");
  CHECK(assumed.empty());
  CHECK(choose_prefix("x", {"ema.", "model."}, assumed) == "model.");
  REQUIRE(assumed.size() == 1);
  CHECK(assumed[0] ==
        "of the 2 networks in the file, named with 'ema.', 'model.', the one with 'model.' is meant");
  CHECK(choose_prefix("x", {"optimizer.", "ema."}, assumed) == "ema.");
  CHECK(choose_prefix("x", {"", "model_ema."}, assumed) == "");
  CHECK(message_of([&] {
          choose_prefix("x.pth", {"student.", "teacher."}, assumed);
        }) == "x.pth: holds 2 networks, named with 'student.', 'teacher.'; save the one to run by itself");
  CHECK(contains(message_of([&] {
                   choose_prefix("x", {"", "model."}, assumed);
                 }),
                 "named with no prefix, 'model.'"));
}

TEST_CASE("the wrappers that were dropped are told once each") {
  WrapperNotes notes;
  CHECK(notes.left_out().count == 0);
  notes.add("state_dict/module.conv1.weight", "state_dict.");
  notes.add("state_dict/module.bn1.weight", "state_dict.");
  CHECK(notes.left_out().count == 2);
  CHECK(notes.left_out().examples == std::vector<std::string>{"state_dict.", "module."});
}

TEST_CASE("counters that no inference needs") {
  CHECK(is_counter("layer1.0.bn1.num_batches_tracked"));
  CHECK(is_counter("layer1/0/bn1/num_batches_tracked"));
  CHECK(is_counter("bert.embeddings.position_ids"));
  CHECK(is_counter("n_averaged"));
  CHECK_FALSE(is_counter("bn1.running_mean"));
}
