/** What a command sees of the world; tests hand in their own. */
export type Terminal = {
  env: Record<string, string | undefined>;
  cwd: string;
  /** A line for programs and people to read: the command's result. */
  out(line: string): void;
  /** A line for people: what went wrong, what goes on. */
  err(line: string): void;
  /** All that is piped in. */
  readInput(): Promise<string>;
  /** Asks without showing the answer; null when nobody is there to be asked. */
  askHidden(question: string): Promise<string | null>;
};

/** What every command is given besides its options. */
export type Context = {
  terminal: Terminal;
  /** What the process ends with when nothing goes wrong. */
  exitCode: number;
};
