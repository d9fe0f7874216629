using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Leakstat.Tests.Architecture;

/// <summary>The metadata tokens in the instructions of a method (ECMA-335, III.1.9).</summary>
internal static class MethodBodyTokens
{
    private const byte TwoByteMark = 0xFE;

    private static readonly Dictionary<int, OpCode> s_codes = typeof(OpCodes).GetFields()
        .Select(f => f.GetValue(null)).OfType<OpCode>().ToDictionary(c => (int)(ushort)c.Value);

    /// <summary>Types, fields, methods and signatures that the instructions name.</summary>
    public static IEnumerable<EntityHandle> Of(MethodBodyBlock body)
    {
        BlobReader code = body.GetILReader();
        var found = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            OpCode instruction = s_codes[value == TwoByteMark ? (value << 8) | code.ReadByte() : value];
            switch (instruction.OperandType)
            {
                case OperandType.InlineType or OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineSig:
                    found.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += sizeof(int) * targets;
                    break;
                default:
                    code.Offset += SizeOf(instruction.OperandType);
                    break;
            }
        }

        return found;
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
