import type { ScalarTag, Tags } from 'yaml';
import { ConfigError } from '../../core/index.js';
import type { SkyPilotTask } from './types.js';

// SkyPilot reads with PyYAML, which is YAML 1.1: there, an unquoted `on` is a boolean and `1:30` a number.
const version = '1.1';

// The library's 1.1 takes a lone dot for a number, and `workdir: .` is the most common line of all.
const float = /^(?:[-+]?\d[\d_]*\.[\d_]*(?:e[-+]\d+)?|[-+]?\.\d[\d_]*(?:e[-+]\d+)?)$/i;

function withPythonFloats(tags: Tags): Tags {
  const isFloat = (tag: Tags[number]) =>
    typeof tag === 'object' && 'test' in tag && tag.tag === 'tag:yaml.org,2002:float';
  const python: ScalarTag = {
    identify: (value) => typeof value === 'number',
    default: true,
    tag: 'tag:yaml.org,2002:float',
    test: float,
    resolve: (text) => Number(text.replaceAll('_', '')),
  };
  return [...tags.filter((tag) => !isFloat(tag) || (tag as ScalarTag).test?.test('.inf') === true), python];
}

/**
 * A SkyPilot document as YAML, to be saved and given to `sky jobs launch` or `sky serve up`. Texts that PyYAML would read as
 * something else are quoted.
 *
 * @public
 */
export async function toSkyPilotYaml(task: SkyPilotTask): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(task, { version, lineWidth: 0, aliasDuplicateObjects: false });
}

/** @throws ConfigError saying in which line the text is no YAML. */
export async function readYaml(text: string): Promise<unknown> {
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text, { version, merge: true, customTags: withPythonFloats, logLevel: 'error' });
  const [document] = documents;
  if (!Array.isArray(documents) || document === undefined) return {};
  const broken = documents.flatMap((part) => part.errors)[0];
  if (broken !== undefined) throw unreadable(`not YAML: ${broken.message.trim()}`);
  if (documents.length > 1)
    throw unreadable(`${documents.length} documents in one text are a pipeline; check its tasks one by one`);
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // Aliases that point nowhere, or that multiply beyond reason.
    throw unreadable(`not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const unreadable = (message: string) => new ConfigError('SkyPilot document', [{ path: '', message }]);
