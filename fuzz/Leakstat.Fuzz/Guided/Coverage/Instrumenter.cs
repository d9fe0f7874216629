using System.Buffers.Binary;
using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Leakstat.Fuzz.Guided.Coverage;

/// <summary>
/// Puts counters into a copy of an assembly: one where a method begins, one for each way out of each branch. Every
/// edge has a number of its own (no hash, so none is taken for another), and what type it is of is known.
/// </summary>
public static class Instrumenter
{
    /// <summary>Parts of the program that read what comes from outside.</summary>
    private static readonly string[] s_namespaces =
    [
        "Leakstat.Captures", "Leakstat.Tracing.Reading", "Leakstat.Dump", "Leakstat.Store", "Leakstat.Serve.Intake",
        "Leakstat.Serve.Settings", "Leakstat.Engines.Settings", "Leakstat.Engines.Alerts.Settings", "Leakstat.Model",
        "Leakstat.Platform", "Leakstat.Fuzz.Guided.Planting",
    ];

    /// <summary>Assemblies that have such parts.</summary>
    public static IReadOnlyList<string> Assemblies { get; } =
    [
        "Leakstat.Core.dll", "Leakstat.Dump.dll", "Leakstat.Store.dll", "Leakstat.Engines.dll", "Leakstat.Model.dll",
        "Leakstat.Platform.dll", "leakstat-serve.dll", "Leakstat.Fuzz.dll",
    ];

    /// <summary>Writes an instrumented copy.</summary>
    /// <param name="from">The assembly.</param>
    /// <param name="to">The copy.</param>
    /// <param name="map">Takes the edges and constants.</param>
    public static void Copy(string from, string to, EdgeMap map)
    {
        using var module = ModuleDefinition.ReadModule(from, new ReaderParameters { InMemory = true });
        MethodReference hit = Path.GetFileName(from) == "Leakstat.Fuzz.dll"
            ? module.GetType(typeof(Edges).FullName).Methods.Single(method => method.Name == nameof(Edges.Hit))
            : module.ImportReference(typeof(Edges).GetMethod(nameof(Edges.Hit)));
        foreach (TypeDefinition type in module.GetTypes())
        {
            string outer = Outermost(type).FullName;
            if (!Array.Exists(s_namespaces, space => outer.StartsWith(space + ".", StringComparison.Ordinal)))
            {
                continue;
            }

            foreach (MethodDefinition method in type.Methods.Where(IsWritten))
            {
                Constants(outer, method, map);
                Instrument(outer, method, hit, map);
            }
        }

        module.Write(to);
    }

    /// <summary>
    /// Whether a method is written by hand and decides anything: not what the compiler makes of records and properties,
    /// nor a property or constructor that takes everything as it is.
    /// </summary>
    private static bool IsWritten(MethodDefinition method)
    {
        if (!method.HasBody || IsGenerated(method) || (method.IsConstructor && method.IsStatic)
            || ((method.IsGetter || method.IsConstructor) && !method.Body.Instructions.Any(IsBranch)))
        {
            return false;
        }

        // Of the types that the compiler makes, only iterators and lambdas hold what somebody wrote.
        return !IsGenerated(method.DeclaringType) || method.Name == "MoveNext"
            || method.Name.StartsWith('<');
    }

    private static bool IsBranch(Instruction at) => at.OpCode.FlowControl == FlowControl.Cond_Branch;

    private static bool IsGenerated(ICustomAttributeProvider member) =>
        member.HasCustomAttributes && member.CustomAttributes.Any(a => a.AttributeType.Name is
            "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");

    private static TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private static void Instrument(string type, MethodDefinition method, MethodReference hit, EdgeMap map)
    {
        MethodBody body = method.Body;
        body.SimplifyMacros();
        ILProcessor code = body.GetILProcessor();
        Instruction[] written = [.. body.Instructions];
        foreach (Instruction at in written)
        {
            string place = $"{method.DeclaringType.Name}.{method.Name}+{at.Offset:x}";
            if (IsBranch(at))
            {
                Branch(code, at, hit, way => map.Add(new EdgeSite(type, $"{place}:{way}")));
            }
        }

        int begin = map.Add(new EdgeSite(type, $"{method.DeclaringType.Name}.{method.Name}"));
        Instruction first = body.Instructions[0];
        code.InsertBefore(first, code.Create(OpCodes.Ldc_I4, begin));
        code.InsertBefore(first, code.Create(OpCodes.Call, hit));
        body.OptimizeMacros();
    }

    /// <summary>
    /// A counter behind the branch for going on, and one for each target at a landing of its own beside it, from where
    /// the code goes on to the target: within the same block of exceptions as the branch.
    /// </summary>
    private static void Branch(ILProcessor code, Instruction at, MethodReference hit, Func<string, int> edge)
    {
        Instruction last = at;
        void Put(Instruction instruction)
        {
            code.InsertAfter(last, instruction);
            last = instruction;
        }

        Instruction behind = at.Next;
        Put(code.Create(OpCodes.Ldc_I4, edge("on")));
        Put(code.Create(OpCodes.Call, hit));
        Put(code.Create(OpCodes.Br, behind));
        Instruction Landing(Instruction target, string way)
        {
            Instruction landing = code.Create(OpCodes.Ldc_I4, edge(way));
            Put(landing);
            Put(code.Create(OpCodes.Call, hit));
            Put(code.Create(OpCodes.Br, target));
            return landing;
        }

        if (at.Operand is Instruction[] targets)
        {
            at.Operand = targets.Select((target, i) => Landing(target, $"{i}")).ToArray();
        }
        else
        {
            at.Operand = Landing((Instruction)at.Operand, "to");
        }
    }

    /// <summary>Texts, UTF-8 texts and numbers that stand in the code: what readers look for in their input.</summary>
    private static void Constants(string type, MethodDefinition method, EdgeMap map)
    {
        foreach (Instruction at in method.Body.Instructions)
        {
            if (at.Operand is string text)
            {
                map.AddToken(type, Encoding.UTF8.GetBytes(text));
            }
            else if (at.Operand is FieldReference { DeclaringType.Name: "<PrivateImplementationDetails>" } field
                && field.Resolve()?.InitialValue is { Length: > 0 and <= 65 } bytes)
            {
                map.AddToken(type, bytes[^1] == 0 && bytes.Length > 1 ? bytes.AsSpan(0, bytes.Length - 1) : bytes);
            }
            else if (at.Operand is int number && number is > 255 or < -1)
            {
                byte[] word = new byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(word, number);
                map.AddToken(type, number is > 0 and <= ushort.MaxValue ? word.AsSpan(0, 2) : word);
            }
            else if (at.Operand is long wide)
            {
                byte[] word = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(word, wide);
                map.AddToken(type, word);
            }
        }
    }
}
