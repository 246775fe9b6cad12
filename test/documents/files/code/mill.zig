const std = @import("std");

pub fn main() !void {
    const sacks: u32 = 41;
    std.debug.print("{d}\n", .{sacks});
}
