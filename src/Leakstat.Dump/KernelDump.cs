using Leakstat.Dump.Containers;
using Leakstat.Dump.Target;
using Leakstat.Dump.Walking;

namespace Leakstat.Dump;

// Being written: the members that stand here are those that others may build on.
// public sealed class KernelDump : IDisposable
//   static KernelDump? Open(string path, DumpOptions options, out DumpFault? fault)
//   DumpFile File            container, header, info.N
//   KernelMemory Memory
//   KernelSymbols Symbols    bool TryFind(string name, out KernelSymbol symbol); bool TryResolve(ulong address, out KernelSymbol symbol); IReadOnlyList<LoadedFile> Files
//   KernelTypes Types        StructLayout? Find(string structName)
//   KernelIdentity Identity  Version, Release, OsRelDate, Architecture, HostName, Panic
//   KernelHeap Heap; IReadOnlyList<MallocType> MallocTypes; IReadOnlyList<RootRange> Roots; PageOwners PageOwners
//   IReadOnlyList<KernelThread> Threads; string? Messages; DumpNotes Notes; DumpLimits Limits
