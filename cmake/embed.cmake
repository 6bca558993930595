# dpac_embed(target file symbol): puts a file's bytes into a target between the symbols `symbol` and `symbol`_end.
# The assembler reads the file itself (.incbin), so a megabyte costs no compile time.
set(DPAC_EMBED_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/embed.S.in)

function(dpac_embed target file symbol)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  configure_file(${DPAC_EMBED_TEMPLATE} ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
endfunction()
