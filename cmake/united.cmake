# The sources of a folder are compiled as one: what they include is parsed, and its templates made, once for all of
# them, in half of the time. Who changes sources often does without (the presets release and debug), since each change
# compiles a folder. Left alone are kernels, which include themselves once per instruction set, and sources that share a
# name of their own with a neighbour.
option(DPAC_UNITED "Compile a folder's sources as one" ON)
set(dpac_left_alone "(^|/)(kernels/.*|.*_options|energies_csv|energies_file|learn|search_run|markdown|resnet|mobilenet_v2|\
memory_plan|bert_names|keras_layers|keras_order|torch_zip|timm_config|wrappers)\\.cpp$")

function(dpac_unite target)
  if(NOT DPAC_UNITED)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # GCC takes the sources for headers, which should have no types of their own.
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  foreach(source IN LISTS sources)
    # From the project on: folders above it may have any name.
    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE path)
    cmake_path(RELATIVE_PATH path BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    if(path MATCHES "${dpac_left_alone}")
      continue()
    endif()
    cmake_path(GET path PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER ${folder} group)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
endfunction()
