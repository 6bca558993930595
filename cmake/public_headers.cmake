# What users include: <dpac/dpac.h>, or one of the headers that it is made of. Each of them is made of the small headers
# of its idea, so that a dozen files are the whole of the library's surface. A part that includes what is no part is
# an error: an inner header would be missing where the library is installed.
set(public ${PROJECT_BINARY_DIR}/include/dpac)
set(dpac_public_headers)
set(dpac_parts)

# The text of a part without its includes: `comment`, what its first lines say of it, and `body`, what it declares.
function(dpac_read_part part)
  file(READ ${part} body)
  string(REGEX REPLACE "(^|\n)#(include|pragma once)[^\n]*" "" body "${body}")
  string(REGEX MATCH "^/// @file\n((///[^\n]*\n)+)" first "${body}")
  set(comment "${CMAKE_MATCH_1}" PARENT_SCOPE)
  string(LENGTH "${first}" length)
  string(SUBSTRING "${body}" ${length} -1 body)
  string(REGEX REPLACE "\n\n\n+" "\n\n" body "${body}")
  string(STRIP "${body}" body)
  set(body "${body}" PARENT_SCOPE)
endfunction()

# `about` is what the header is for. Parts stand in an order in which each finds what it includes, here or in a header
# before.
function(dpac_public_header name about)
  set(system)
  set(others)
  set(text)
  foreach(part ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${part})
    list(APPEND dpac_parts ${part})
    set_property(GLOBAL PROPERTY dpac_home_of_${part} ${name})
    file(STRINGS ${part} includes REGEX "^#include ")
    foreach(include ${includes})
      if(include MATCHES "^#include \"(.+)\"")
        if(NOT CMAKE_MATCH_1 IN_LIST dpac_parts)
          message(FATAL_ERROR "${part} is for users, but includes ${CMAKE_MATCH_1}, which is not, or comes after it: "
            "see cmake/public_headers.cmake")
        endif()
        get_property(home GLOBAL PROPERTY dpac_home_of_${CMAKE_MATCH_1})
        list(APPEND others "#include \"${home}\"")
      elseif(include MATCHES "[./]")
        message(FATAL_ERROR "${part} is for users, but needs a header of others: ${include}")
      else()
        list(APPEND system "${include}")
      endif()
    endforeach()
    dpac_read_part(${part})
    string(REPLACE "///" "//" title "${comment}")
    string(APPEND text "\n${title}\n${body}\n")
  endforeach()
  # One namespace, in which the titles stand.
  string(REGEX REPLACE "\n}  // namespace dpac\n((\n//[^\n]*)+)\n\nnamespace dpac {\n" "\n// ----\\1\n" text "${text}")
  set(about "/// ${about}")
  if(about STREQUAL "/// ")  # Of a header of one part.
    set(about "${comment}")
    set(text "\n${body}\n")
  endif()
  list(REMOVE_ITEM others "#include \"${name}\"")
  set(includes)
  foreach(group system others)
    list(REMOVE_DUPLICATES ${group})
    list(SORT ${group})
    list(JOIN ${group} "\n" lines)
    if(NOT lines STREQUAL "")
      string(APPEND includes "\n${lines}\n")
    endif()
  endforeach()
  string(STRIP "${about}" about)
  string(STRIP "${text}" text)
  file(GENERATE OUTPUT ${public}/${name} CONTENT "/// @file\n${about}\n#pragma once\n${includes}\n${text}\n")
  list(APPEND dpac_public_headers ${public}/${name})
  set(dpac_public_headers ${dpac_public_headers} PARENT_SCOPE)
  set(dpac_parts ${dpac_parts} PARENT_SCOPE)
endfunction()

dpac_public_header(error.h "What goes wrong, as exceptions."
  kernels/api.h kernels/error.h study/settings/setting_error.h study/support/interrupted.h)
dpac_public_header(tensor.h ""
  engine/tensor.h)
file(STRINGS engine/ops/ops.h ops REGEX "^#include \"")
list(TRANSFORM ops REPLACE "^#include \"(.+)\"" "\\1")
dpac_public_header(ops.h "The operations that a graph is made of."
  kernels/activation.h engine/ops/value.h engine/ops/digital_fwd.h engine/ops/analog/analog.h ${ops} engine/ops/ops.h)
dpac_public_header(graph.h ""
  engine/graph/graph.h)
dpac_public_header(noise.h "Noises, energies and quantisers of analog layers."
  kernels/value_range.h engine/noise/analog.h engine/noise/bracket.h engine/noise/noise_kind.h engine/noise/noise_config.h engine/noise/energy.h
  engine/noise/quantization.h engine/noise/layer_precision.h)
dpac_public_header(network.h "A network compiled to run, clean or under noise, on inputs of the caller."
  engine/poll.h engine/tokens.h engine/inputs.h engine/arithmetic.h engine/network.h engine/noise/calibrate.h)
dpac_public_header(images.h "Images: read, decoded, preprocessed, or in memory."
  engine/networks/left_out.h loaders/left_out.h loaders/pixels/image.h
  loaders/pixels/interpolation.h loaders/pixels/preprocess.h loaders/images/dataset.h loaders/images/open_dataset.h
  study/data/image_arrays.h)
dpac_public_header(settings.h "Settings of studies: plain structs, with the defaults of the program's options."
  engine/networks/image_traits.h loaders/text/casing.h learn/learning_record.h
  study/support/progress.h study/settings/model_settings.h study/settings/data_settings.h
  study/settings/noise_settings.h study/settings/quantization_settings.h study/settings/calibration_settings.h
  study/settings/analog_settings.h study/settings/learning_settings.h study/settings/search_settings.h
  study/settings/workbench_settings.h)
dpac_public_header(results.h "What results have in common: accuracies, energies, remarks, JSON."
  study/support/remarks.h study/support/document.h study/metrics/metrics.h
  study/metrics/statistics.h study/evaluation/accuracy.h study/evaluation/point_report.h)
dpac_public_header(evaluation.h "A network evaluated, calibrated, measured, traced and timed."
  study/session/opened_network.h study/evaluation/evaluate.h study/bits/bits_point.h
  study/bits/measure_bits.h study/calibration/calibration_file.h study/calibration/calibrate_network.h
  study/trace/trace.h study/timing/time_noise.h)
dpac_public_header(learning.h "Energies that each layer or channel needs, learned while the weights stay as they are."
  study/learning/learned_energies.h study/learning/learn.h
  study/energies/energies_output.h)
dpac_public_header(search.h "The smallest energies at an allowed loss of accuracy: of one network, and as a table of several."
  learn/search_try.h study/search/search_outcome.h study/search/search_units.h
  study/search/search_callbacks.h study/search/search.h study/search/table_row.h study/search/table.h)
dpac_public_header(dpac.h ""
  study/study.h)
