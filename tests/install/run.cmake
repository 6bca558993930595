# Installs the built library to a prefix other than the configured one, builds examples/ against it with find_package(dpac) and one example with pkg-config,
# and runs them on the demo's weights and images.
set(prefix ${BUILD_DIR}/install-test/prefix)
set(build ${BUILD_DIR}/install-test/build)
file(REMOVE_RECURSE ${BUILD_DIR}/install-test)

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV} failed (${status}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})
foreach(file share/man/man1/dpac.1 share/man/man1/dpac-eval.1 share/bash-completion/completions/dpac
    share/zsh/site-functions/_dpac share/fish/vendor_completions.d/dpac.fish share/doc/dpac/README.md
    share/doc/dpac/CITATION.cff share/doc/dpac/docs/model.md share/doc/dpac/examples/01_classify.cpp)
  if(NOT EXISTS ${prefix}/${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()

run(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE_DIR}/examples -B ${build} -DCMAKE_PREFIX_PATH=${prefix}
  -DCMAKE_CXX_COMPILER=${CXX})
run(${CMAKE_COMMAND} --build ${build})

file(GLOB pc ${prefix}/lib*/pkgconfig ${prefix}/lib/*/pkgconfig)
list(GET pc 0 pc)
get_filename_component(libdir ${pc} DIRECTORY)
run(env PKG_CONFIG_PATH=${pc} pkg-config --cflags --libs dpac)
separate_arguments(flags UNIX_COMMAND "${output}")
run(${CXX} -std=c++20 ${SOURCE_DIR}/examples/01_classify.cpp ${flags} -Wl,-rpath,${libdir} -o ${build}/classify_pkgconfig)

set(demo ${SOURCE_DIR}/models/demo_fashion_mnist.h5)
file(READ ${SOURCE_DIR}/examples/01_classify.output expected)
foreach(program 01_classify classify_pkgconfig)
  run(${build}/${program} ${demo} ${demo})
  if(NOT output STREQUAL expected)
    message(FATAL_ERROR "${program} printed\n${output}\nexpected\n${expected}")
  endif()
endforeach()

run(${build}/02_learn_precision ${demo} ${demo})
if(NOT output MATCHES "step 100: .*conv1 .* photons per MAC")
  message(FATAL_ERROR "02_learn_precision printed\n${output}")
endif()

run(${build}/03_search ${demo} ${demo})
if(NOT output MATCHES "uniform +[0-9.]+ photons per MAC: .*layer +[0-9.]+ photons per MAC: .*with 3 other seeds: 9[0-9]")
  message(FATAL_ERROR "03_search printed\n${output}")
endif()

run(${build}/04_own_images ${demo})
if(NOT output MATCHES "energy +1: .*energy +10000: .*calibrated on")
  message(FATAL_ERROR "04_own_images printed\n${output}")
endif()
