export interface BuildOptions {
  /** Platform and architecture, as in `linux-arm64`. @defaultValue the one this runs on */
  target?: string | undefined;
  /** The kernels' own tests instead of the addon. */
  tests?: boolean | undefined;
  sanitize?: 'address' | 'thread' | undefined;
  log?: ((line: string) => void) | undefined;
}

export declare function findCompiler(target?: string): string | undefined;
export declare function buildNative(options?: BuildOptions): Promise<string>;
/** Where the package's binary for a platform belongs. */
export declare function packagedBinary(target?: string): string;
