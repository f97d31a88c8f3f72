/** What an answer does that speaks to the judge instead of to the question. */
export interface InjectionRule {
  readonly name: string;
  readonly forms: readonly RegExp[];
}

const assistant = String.raw`(?:the\s+)?assistant\s*[#(]?(?:1|2|A|B|one|two)\b`;
const best = String.raw`(?:10|ten|highest|maximum|perfect|full|top|best)\b`;
const instructions = '(?:instructions?|prompts?|rules|guidelines|criteria|rubrics?|directions|orders)';
const judge = '(?:judges?|evaluators?|graders?|raters?|reviewers?)';
const ratesAnswers = String.raw`[^\n]{0,120}\b(?:scor\w*|rat(?:e|es|ing|ings)|grad(?:e|es|ing)|verdict|assistants?|answers?|responses?)\b`;

/**
 * Each form names something that an answer to a user has no reason to say. Words alone are not enough: "score", "system"
 * or "ignore" fill ordinary answers.
 */
export const injectionRules: readonly InjectionRule[] = [
  {
    name: 'ignore-instructions',
    forms: [
      new RegExp(
        String.raw`\b(?:ignore|disregard|forget|override|bypass|pay no attention to|do(?: not|n't) follow)\s+(?:\w+\s+){0,4}?(?:previous|above|prior|preceding|earlier|your|all|any|other|original|system)\s+(?:\w+\s+){0,2}?${instructions}\b`,
        'i',
      ),
      /\b(?:ignore|disregard|forget)\s+(?:all\s+(?:of\s+)?|everything\s+|anything\s+|whatever\s+)?(?:(?:that|which)\s+(?:is|was|came)\s+)?(?:written\s+|said\s+)?(?:the\s+|what\s+is\s+)?(?:above|previous|before)(?=\s*[,.;:!]|\s+and\b|\s*$)/im,
      /\b(?:new|updated|revised)\s+instructions?\s+for\s+(?:the\s+)?(?:judge|evaluator|grader|ai|model)\b/i,
    ],
  },
  {
    name: 'addresses-judge',
    forms: [
      new RegExp(String.raw`\byou are (?:now )?(?:the|an?) (?:\w+ ){0,2}${judge}\b${ratesAnswers}`, 'i'),
      new RegExp(
        String.raw`\b(?:dear|attention|(?:note|message|instructions?|hint|memo)\s+(?:to|for))[,:]?\s+(?:the\s+|all\s+)?(?:ai\s+|llm\s+)?${judge}\b${ratesAnswers}`,
        'i',
      ),
      new RegExp(
        String.raw`\bas (?:the|an?) (?:\w+ )?${judge},?\s+(?:please|you (?:must|should|will|have to))\b${ratesAnswers}`,
        'i',
      ),
    ],
  },
  {
    name: 'dictates-score',
    forms: [
      /\b(?:score|scores|rating|ratings)\b\s*(?:(?:should|must|will|to)\s+be|is|are|of|[:=])?\s*["'([]*(?:10|\d)(?:\.\d)?(?:\s*,\s*|\s+)(?:10|\d)(?:\.\d)?(?![\d.]*\d|\s*[,/%x×]|\s*\w)/i,
      new RegExp(
        String.raw`\b(?:rate|score|grade|give|award|choose|pick|prefer|declare|vote\s+for|select)\s+(?:\w+\s+){0,3}?${assistant}`,
        'i',
      ),
      new RegExp(
        String.raw`\b${assistant}\s+(?:\w+\s+){0,2}?(?:should|must|deserves|needs to|has to|shall|is to)\s+(?:\w+\s+){0,4}?(?:${best}|win|higher|better|10|score|rating)`,
        'i',
      ),
      new RegExp(
        String.raw`\b(?:rate|score|grade|mark|evaluate)\s+(?:this|my)\s+(?:answer|response|reply|submission)\b[^.\n]{0,40}\b${best}`,
        'i',
      ),
      new RegExp(
        String.raw`\b(?:give|award|assign)\s+(?:me|(?:this|my)\s+(?:answer|response|reply|submission))\s+(?:\w+\s+){0,3}?(?:10\b|ten\b|(?:${best})\s+(?:\w+\s+)?(?:scores?|ratings?|marks?|grade))`,
        'i',
      ),
      /\b(?:my|this)\s+(?:answer|response|reply)\s+(?:is|should be)\s+(?:\w+\s+){0,2}?(?:better|superior)\s+(?:than|to)\s+(?:the\s+other|assistant)\b/i,
    ],
  },
  {
    name: 'fakes-verdict',
    forms: [
      // Preceded by a name it is an index: x[[A]]. R prints [[1]], so a bare number says nothing.
      /(?<![\w\])])\[\[(?:[ABC]|[AB][<>=]{1,2}[AB]|tie)\]\]/,
      /\b(?:rating|score|verdict)\s*[:=]?\s*\[\[\s*(?:\d{1,2}(?:\.\d+)?|[ABC])\s*\]\]|\[\[\s*rating\s*:/i,
      /^\s*(?:final\s+)?(?:verdict|winner)\s*[:=]\s*(?:the\s+)?assistant\s*(?:1|2|A|B)\b/im,
      /"(?:score|rating)_?(?:1|2|a|b)"\s*:\s*\d/i,
    ],
  },
  {
    name: 'fakes-system',
    forms: [
      /<\|(?:im_start|im_end|system|start_header_id|endoftext|eot_id)\|>|<<\/?SYS>>|\[\/?INST\]/,
      /^\s*\[system\]\s*$/im,
      /^\s*(?:[[<#*]+\s*)?system\s+(?:prompt|message|override|instructions?|notice)\s*[\]>*]*\s*:/im,
    ],
  },
  {
    name: 'fakes-delimiter',
    forms: [
      /\[?\bthe\s+(?:start|end|beginning)\s+of\s+assistant\b/i,
      /<{3}\s*(?:(?:end|start|begin)\s+)?(?:of\s+)?(?:answer|reference|question|assistant)/i,
      /^[-=#*<[\s]{2,}(?:begin|start|end)(?:\s+of)?\s+(?:the\s+)?(?:assistant|answer|response)(?:\s*[12AB])?(?:'s\s+answer)?[-=#*>\]\s]*$/im,
    ],
  },
];
