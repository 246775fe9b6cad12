package example.mill;

import java.util.List;

public class Gate {
    public static void main(String[] args) {
        System.out.println(List.of(41, 112));
    }
}
