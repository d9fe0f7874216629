namespace Leakstat.Tests.Store;

/// <summary>
/// The files as a power cut may leave them: what was synced is there; of what was not, any part may be, and the last
/// write may be torn between sectors.
/// </summary>
internal static class PowerCut
{
    private const int Sector = 512;

    /// <summary>Writes the files.</summary>
    /// <param name="steps">What was done until the cut.</param>
    /// <param name="from">Name of the store when it was recorded.</param>
    /// <param name="to">Name of the store to make.</param>
    /// <param name="random">Decides what became of what was not synced.</param>
    public static void Apply(ReadOnlySpan<FileStep> steps, string from, string to, Random random)
    {
        Dictionary<string, int> synced = [];
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i].Kind == FileStepKind.Sync)
            {
                synced[steps[i].File] = i;
            }
        }

        Dictionary<string, List<byte>> files = [];
        for (int i = 0; i < steps.Length; i++)
        {
            FileStep step = steps[i];
            bool isSure = i <= synced.GetValueOrDefault(step.File, -1) || step is { Kind: FileStepKind.Delete, Offset: 1 };
            if (!isSure && random.Next(2) == 0)
            {
                continue;
            }

            List<byte> content = files.TryGetValue(step.File, out List<byte>? known) ? known : files[step.File] = [];
            switch (step.Kind)
            {
                case FileStepKind.Write:
                    int length = isSure || random.Next(3) > 0 ? step.Bytes.Length : step.Bytes.Length / Sector * Sector / 2;
                    Put(content, step.Offset, step.Bytes.AsSpan(0, length));
                    break;
                case FileStepKind.Truncate when content.Count > step.Offset:
                    content.RemoveRange((int)step.Offset, content.Count - (int)step.Offset);
                    break;
                case FileStepKind.Delete:
                    files.Remove(step.File);
                    break;
                default:
                    break;
            }
        }

        foreach ((string name, List<byte> content) in files)
        {
            if (name.StartsWith(from, StringComparison.Ordinal) && !name.EndsWith("-shm", StringComparison.Ordinal))
            {
                File.WriteAllBytes(to + name[from.Length..], [.. content]);
            }
        }
    }

    private static void Put(List<byte> content, long offset, ReadOnlySpan<byte> bytes)
    {
        int end = (int)offset + bytes.Length;
        if (content.Count < end)
        {
            System.Runtime.InteropServices.CollectionsMarshal.SetCount(content, end);
        }

        bytes.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(content)[(int)offset..]);
    }
}
