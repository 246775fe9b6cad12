using System;

namespace Mill
{
    public class Gate
    {
        public static void Main() => Console.WriteLine("41 sacks");
    }
}
