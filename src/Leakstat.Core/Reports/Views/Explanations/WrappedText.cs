namespace Leakstat.Reports.Views.Explanations;

/// <summary>Plain text broken at blanks, later lines below the first word.</summary>
internal static class WrappedText
{
    private const int Width = 80;

    /// <summary>Writes one paragraph behind a label.</summary>
    public static void Write(TextWriter output, string label, string text)
    {
        output.Write(label.TrimEnd());
        int column = label.TrimEnd().Length;
        bool isFirst = true;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isFirst && column + 1 + word.Length > Width)
            {
                output.WriteLine();
                column = 0;
            }

            int start = isFirst || column == 0 ? label.Length : column + 1;
            output.Write(new string(' ', start - column));
            output.Write(word);
            column = start + word.Length;
            isFirst = false;
        }

        output.WriteLine();
    }
}
