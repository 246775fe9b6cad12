/** What the guide uses of Eleventy, which has no types of its own. */
declare module '@11ty/eleventy' {
  interface UserConfig {
    /** A page that is no file of the input folder. */
    addTemplate(path: string, content: string, data: Readonly<Record<string, unknown>>): void;
    setLibrary(language: 'md', library: { render(text: string, data: { readonly source: string }): string }): void;
  }

  interface Options {
    readonly quietMode: boolean;
    readonly config: (config: UserConfig) => object;
  }

  export default class Eleventy {
    constructor(input: string, output: string, options: Options);
    write(): Promise<unknown>;
  }
}
