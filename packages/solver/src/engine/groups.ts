import { i32 } from "./access.ts";

/** The group of a member, in a forest in which each member points to another of its group and the root to itself. */
export function findGroup(group: Int32Array, member: number): number {
  let root = member;
  while (i32(group, root) !== root) {
    group[root] = i32(group, i32(group, root));
    root = i32(group, root);
  }
  return root;
}
