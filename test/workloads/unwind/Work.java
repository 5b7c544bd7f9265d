import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** Runs until it is ended: two functions 3:1 (if they are not inlined), recursion, exceptions and lambdas in one thread, garbage in another. */
public class Work {
  static volatile long sink;

  static long heavy(int rounds) {
    long sum = 0;
    for (int i = 0; i < 3 * rounds; i++) sum += Long.hashCode(sum * 31 + i) ^ i;
    return sum;
  }

  static long light(int rounds) {
    long sum = 0;
    for (int i = 0; i < rounds; i++) sum += Long.hashCode(sum * 31 + i) ^ i;
    return sum;
  }

  static long descend(int depth, LongUnaryOperator leaf) {
    return depth == 0 ? leaf.applyAsLong(depth) : 1 + descend(depth - 1, leaf);
  }

  static long thrown(int depth) {
    if (depth == 0) throw new IllegalStateException("from the bottom");
    return 1 + thrown(depth - 1);
  }

  static long caught() {
    try {
      return thrown(20);
    } catch (IllegalStateException e) {
      return e.getMessage().length();
    }
  }

  static void makeGarbage() {
    while (true) {
      Map<String, List<Integer>> kept = new HashMap<>();
      for (int i = 0; i < 20_000; i++) kept.computeIfAbsent("key " + i % 997, key -> new ArrayList<>()).add(i);
      sink += kept.size();
    }
  }

  public static void main(String[] args) {
    Thread garbage = new Thread(Work::makeGarbage, "garbage");
    garbage.setDaemon(true);
    garbage.start();
    while (true) {
      sink += heavy(1_000_000) + light(1_000_000);
      for (int i = 0; i < 1000; i++) sink += descend(40, at -> at + sink) + caught();
    }
  }
}
