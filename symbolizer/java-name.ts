/**
 * Java's virtual machine writes methods into a perf map as its `Method::external_name` tells them, with the type of the
 * result before the name:
 *
 *     java.util.HashMap$Node java.util.HashMap.getNode(java.lang.Object)      void Work.main(java.lang.String[])
 */
const SHAPE = /^[^\s():]+ ([^\s():]+\.[^\s().:]+\([^():]*\))$/;

/** Such an entry without the type of the result, behind which the name would be cut off in a narrow frame. */
export function javaNameWithoutResult(entry: string): string | undefined {
  return SHAPE.exec(entry)?.[1];
}
