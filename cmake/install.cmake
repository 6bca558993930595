# The package others find: find_package(dpac) -> dpac::dpac, or pkg-config dpac. The library is shared, so what it
# is made of does not concern them.
include(CMakePackageConfigHelpers)

install(TARGETS dpac EXPORT dpacTargets)
install(EXPORT dpacTargets NAMESPACE dpac:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)

# <dpac/engine/network.h> and its like. What includes headers of third parties (none of the standard library's has a
# dot or a slash in its name), configures them, or includes one that does, is not for users.
set(installed)
set(foreign)
foreach(folder kernels engine loaders learn study report)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${folder}/*.h)
  foreach(header ${headers})
    file(STRINGS ${header} others REGEX "^#include <[^>]*[./]")
    if(others OR header MATCHES "-inl\\.h$|/simd\\.h$")
      list(APPEND foreign ${header})
    else()
      list(APPEND installed ${header})
    endif()
  endforeach()
endforeach()
set(found TRUE)
while(found)  # Until no header is left that includes one of the foreign.
  set(found FALSE)
  foreach(header ${installed})
    file(STRINGS ${header} includes REGEX "^#include \"")
    list(TRANSFORM includes REPLACE "^#include \"([^\"]+)\".*" "\\1")
    foreach(include ${includes})
      if(include IN_LIST foreign)
        list(APPEND foreign ${header})
        list(REMOVE_ITEM installed ${header})
        set(found TRUE)
        break()
      endif()
    endforeach()
  endforeach()
endwhile()
foreach(header ${installed})
  cmake_path(GET header PARENT_PATH place)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/dpac/${place} COMPONENT headers)
endforeach()

install(FILES README.md CHANGELOG.md LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples FILES_MATCHING PATTERN "*.cpp" PATTERN "CMakeLists.txt")

configure_package_config_file(cmake/dpacConfig.cmake.in dpacConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)
write_basic_package_version_file(dpacConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/dpacConfig.cmake ${PROJECT_BINARY_DIR}/dpacConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dpac)

# Relative to where dpac.pc lies, so that `cmake --install --prefix` may name another prefix than was configured.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(DPAC_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
  set(DPAC_PC_LIBDIR "${CMAKE_INSTALL_FULL_LIBDIR}")
  set(DPAC_PC_INCLUDEDIR "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
  file(RELATIVE_PATH up "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(DPAC_PC_PREFIX "\${pcfiledir}/${up}")
  set(DPAC_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(DPAC_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(cmake/dpac.pc.in dpac.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/dpac.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
