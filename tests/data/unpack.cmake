# Fixture of the tests on real data: unpacks ARCHIVE below FOLDER. Without the archive the tests skip themselves.
if(EXISTS ${ARCHIVE})
  file(ARCHIVE_EXTRACT INPUT ${ARCHIVE} DESTINATION ${FOLDER})
else()
  message("skipped: there is no ${ARCHIVE}")
endif()
