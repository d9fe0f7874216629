namespace Leakstat.Dump.Tests.Image;

/// <summary>Memory that can hold pointers, and that pointers can lead to.</summary>
public interface IPlace
{
    /// <summary>Address of its first byte.</summary>
    public ulong Address { get; }

    /// <summary>Size in bytes.</summary>
    public int Size { get; }
}
