#include <windows.h>

#include <delayimp.h>

#include <cstring>

// Node's functions are in the process that loads this library. Its file may have any name (node.exe, electron.exe, an
// application's own), so that the loader must not look for the one that the import library was made with.

namespace {

FARPROC WINAPI useHostProcess(unsigned event, PDelayLoadInfo info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  // Where Node itself is a library, it has the functions.
  HMODULE host = GetModuleHandleW(L"libnode.dll");
  if (host == nullptr) host = GetModuleHandleW(nullptr);
  return reinterpret_cast<FARPROC>(host);
}

}  // namespace

extern "C" {
PfnDliHook __pfnDliNotifyHook2 = useHostProcess;
}
