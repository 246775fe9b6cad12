import { readFile } from 'node:fs/promises';
import { isMap, isScalar, type Node, parseDocument, type YAMLMap } from 'yaml';
import { generatedFile } from './support/generated-page.ts';
import { markdownTable } from './support/markdown-table.ts';

/**
 * Makes the chart's README from the comments of its values, as errors-doc.ts makes docs/errors.md, and puts the chart's scripts for
 * backups into k8s/backup.yaml, which has to stand alone.
 */
const chart = new URL('../charts/filemill/', import.meta.url);
const read = (name: string) => readFile(new URL(name, chart), 'utf8');

await generatedFile('charts/filemill/README.md', await readme());
await generatedFile('k8s/backup.yaml', await withScripts(await read('../../k8s/backup.yaml')));

async function readme(): Promise<string> {
  const values = parseDocument(await read('values.yaml')).contents as YAMLMap<Node, Node>;
  return (await read('README.template.md')).replace(
    '<!-- values -->',
    markdownTable(['value', 'default', ''], rowsOf(values, '')),
  );
}

/** A row for each value; one that holds a comment on what is in it is several. */
function rowsOf(map: YAMLMap<Node, Node>, prefix: string): string[][] {
  return map.items.flatMap(({ key, value }, index) => {
    const name = `${prefix}${isScalar(key) ? key.value : key}`;
    // A comment at the beginning of a map belongs to the map.
    const said = commentOf(index === 0 && prefix !== '' ? map : key);
    if (isMap<Node, Node>(value) && !value.flow)
      return [...(said === '' ? [] : [[`\`${name}\``, '', said]]), ...rowsOf(value, `${name}.`)];
    return [[`\`${name}\``, `\`${JSON.stringify(value)}\``, said]];
  });
}

function commentOf(node: Node): string {
  return (node.commentBefore ?? '').replaceAll('\n', ' ').trim();
}

/** Each script stands between the line that names it and the next line that is not indented as far. */
async function withScripts(manifest: string): Promise<string> {
  let result = manifest;
  for (const name of ['backup.sh', 'restore.sh']) {
    const script = (await read(`files/${name}`)).trimEnd().replaceAll(/^(?=.)/gm, '    ');
    result = result.replace(
      new RegExp(`(^  ${name}: \\|\\n)(?:(?: {4}.*)?\\n)*`, 'm'),
      (_, head) => `${head}${script}\n`,
    );
  }
  return result;
}
