import type { Language } from '../languages.ts';

/** Languages of general use, whose lines end with brackets and semicolons or have keywords of their own. */
export const generalLanguages: readonly Language[] = [
  {
    mime: 'text/x-c',
    own: /^#\s*(?:include\s*[<"]|define\s+\w|ifn?def\s|if\s+defined|pragma\s|undef\s|endif)|^(?:typedef|extern|static|unsigned|struct|enum|union)\s[\w\s*]+[;{(,]|^int\s+main\s*\(|^(?:printf|fprintf|free|malloc|memcpy|return)\s*\(.*\);|\b(?:NULL|size_t|uint\d+_t)\b/,
    shared:
      /^(?:void|int|char|long|double|float|bool|const)\s.*[;{(,)]$|^(?:if|for|while|switch)\s*\(|^return\b.*;|^\}|^case\s.*:|^break;|->\w/,
  },
  {
    mime: 'text/x-c++',
    own: /^#\s*include\s*<(?:iostream|string|vector|map|memory|algorithm|set|fstream|sstream|cstdio|cstdlib|cassert|cstring|utility|functional)>|^using\s+namespace\s|^namespace\s+\w*\s*\{|^template\s*<|^(?:public|private|protected)\s*:$|^class\s+\w+(?:\s+final)?\s*(?::\s*(?:public|private)\s|\{|$)|\bstd::|^\w[\w<>*& ]*\s\w+::~?\w+\s*\(|^virtual\s|\b(?:cout|cerr|cin)\s*(?:<<|>>)/,
    base: 'text/x-c',
  },
  {
    mime: 'text/x-objective-c',
    own: /^#import\s*[<"]|^@(?:interface|implementation|end|property|protocol|synthesize|class|autoreleasepool)\b|^[-+]\s*\([\w\s*<>]+\)\s*\w+|\[\[?\w+\s+(?:alloc|init|release|autorelease)\b|@"/,
    base: 'text/x-c',
  },
  {
    mime: 'text/x-cuda',
    own: /__(?:global|device|host|shared)__\s|<<<.*>>>/,
    base: 'text/x-c',
  },
  {
    mime: 'text/x-java',
    own: /^package\s+[\w.]+\s*;|^import\s+(?:static\s+)?(?:java|javax|org|com|net|io|junit|jakarta)\.[\w.]+(?:\.\*)?;|^(?:public|private|protected|abstract|final)\s+(?:static\s+|final\s+|abstract\s+)*(?:class|interface|enum|record|@interface)\s|^public\s+static\s+void\s+main|^@(?:Override|Test|Deprecated|SuppressWarnings|Autowired|Entity)\b|\bSystem\.(?:out|err)\.|\bthrows\s+\w+.*\{|^(?:public|private|protected)\s+(?:static\s+|final\s+)*[\w<>[\], ]+\s+\w+\s*(?:\(|=|;)|\bnew\s+(?:ArrayList|HashMap|String|Thread)\b/,
    shared:
      /^(?:if|for|while|switch|try|catch|\} catch|\} else)\b.*[({]|^return\b.*;|^\}|^(?:String|int|boolean|void|class|interface|final)\s.*[;{]$/,
  },
  {
    mime: 'text/x-csharp',
    own: /^using\s+(?:static\s+)?[A-Z][\w.]*(?:\s*=\s*[\w.]+)?;|^namespace\s+[\w.]+\s*[;{]?$|\{\s*get;|\bConsole\.(?:Write|Read)|^\[(?:assembly:|TestMethod|Test|Serializable|DllImport|Fact)|^(?:public|internal)\s+(?:sealed|partial|static|abstract|async|override|virtual)\s.*|^#region\b|^foreach\s*\(|\bstring\.\w+\(/,
    shared:
      /^(?:public|private|protected|internal|static|class|interface)\s.*[\w;{)]$|^(?:if|for|while|switch|try|catch)\b|^return\b.*;|^[{}]$/,
  },
  {
    mime: 'text/javascript',
    own: /^(?:const|let)\s+(?:\w+|\{.*\}|\[.*\])\s*=|^(?:export\s+(?:default\s+)?)?(?:async\s+)?function\s*\*?\s*\w*\s*\(|^import\s+.*\sfrom\s+['"]|^import\s+['"]|^export\s+(?:default|const|\{|class|\*)\b|\brequire\(['"]|^module\.exports\b|\b(?:console\.log|document\.\w+|window\.\w+|JSON\.(?:parse|stringify))\b|=>\s*[{(]|^(?:'use strict'|"use strict");?|===|^\(function\s*\(|\bfunction\s*\([\w, ]*\)\s*\{/,
    shared:
      /^var\s+\w+|^(?:if|for|while|switch|try|catch)\b|^return\b.*;|^[{}]|^\}\)|^this\.\w|^\w+\.\w+(?:\.\w+)*\s*[=(]/,
  },
  {
    mime: 'text/x-typescript',
    own: /^(?:export\s+)?(?:declare\s+|abstract\s+)?(?:interface|type|enum|namespace)\s+\w+.*[{=]|^(?:public|private|protected|readonly)\s+\w+\??\s*[:(]|\w\??:\s*(?:string|number|boolean|void|any|unknown|never)\b(?:\[\])?\s*[;,)=|{]|^import\s+type\s|\bas\s+(?:const|string|any|unknown)\b|^declare\s/,
    base: 'text/javascript',
  },
  {
    mime: 'text/x-python',
    own: /^(?:async\s+)?def\s+\w+\s*\(.*(?:\)\s*(?:->.*)?:|,|\()(?:\s*#.*)?$|^class\s+\w+\s*(?:\([^)]*\))?:|^from\s+[\w.]+\s+import\s|^if\s+__name__\s*==|^(?:elif\s.*|except\b.*|try|finally|else):(?:\s*#.*)?$|^(?:with|for|while)\s.*:$|\bself\.\w|^raise\s+\w+|^print\s*\(?f?["'].*["']\)?$|^# -\*- coding:|^"""/,
    shared:
      /^import\s+[\w.]+(?:\s+as\s+\w+)?(?:,\s*[\w.]+)*$|^if\s.*:$|^return\b[^;]*$|^[\w.]+\s*=\s*[^;{]+$|^print\b|^@\w+|^(?:pass|break|continue)$/,
  },
  {
    mime: 'text/x-ruby',
    own: /^require(?:_relative)?\s+['"]|^def\s+(?:self\.)?[\w?!=]+(?:\s*\([^)]*\))?\s*$|^(?:module|class)\s+[A-Z]\w*(?:::\w+)*(?:\s*<\s*[\w:]+)?$|^end$|\bdo\s*\|[^|]*\|$|^attr_(?:reader|writer|accessor)\b|\.each\s|^puts\s|^elsif\s|^(?:unless|rescue)\b/,
    shared: /^@\w+\s*=|^(?:if|else|return|when|case)\b[^;{]*$|^[\w.]+\s*=\s*[^;{]+$/,
  },
  {
    mime: 'text/x-perl',
    own: /^use\s+(?:strict|warnings|utf8|v?5|vars|lib|base|parent|[A-Z]\w*(?:::\w+)*)\b.*;|^(?:my|our|local)\s+[$@%(]|^sub\s+\w+\s*(?:\([^)]*\))?\s*\{?|^package\s+\w+(?:::\w+)*;|[$@%]\w+\s*=~|^=(?:head\d|pod|cut|over|item)\b|\bshift\s*;|@_|\$_\b/,
    shared: /^(?:if|foreach|while|unless|elsif|for)\s*\(|^[$@%]\w+.*;$|^print\b.*;|^return\b.*;|^\}/,
  },
  {
    mime: 'text/x-php',
    own: /^<\?php\b|^<\?(?:\s|=)|^\$\w+\s*(?:=|->).*;|^(?:public|private|protected)\s+(?:static\s+)?function\s|^(?:require|include)(?:_once)?\b.*;|\becho\s.*;|\$this->|^namespace\s+\w+(?:\\\w+)*;|^use\s+\w+(?:\\\w+)+/,
    shared: /^function\s|^(?:if|foreach|while|for)\s*\(|^return\b.*;|^[{}]/,
  },
  {
    mime: 'text/x-go',
    own: /^package\s+\w+$|^func\s+(?:\([^)]*\)\s*)?\w+(?:\[.*\])?\(.*\{$|^import\s+(?:\(|"[\w./-]+")$|^type\s+\w+\s+(?:struct|interface|func)\b|\w+\s*:=\s|^if\s+err\s*!=\s*nil|\bfmt\.\w+\(|^defer\s|^go\s+func/,
    shared: /^(?:if|for|switch|var|const|return|case)\b|^\}/,
  },
  {
    mime: 'text/x-rust',
    own: /^(?:pub(?:\([\w ]+\))?\s+)?(?:fn\s+\w+|struct\s+\w+|enum\s+\w+|trait\s+\w+|mod\s+\w+\s*[;{]|unsafe\s)|^use\s+(?:std|crate|super|self|core|\w+)::|^impl(?:<.*>)?\s+|^let\s+(?:mut\s+)?\w+|^#!?\[\w+|\w!\(|^match\s.*\{|^extern\s+crate\s/,
    shared: /^(?:if|for|while|loop|return)\b|^\}|=>|^\/\/\//,
  },
  {
    mime: 'text/x-swift',
    own: /^import\s+(?:Foundation|UIKit|SwiftUI|XCTest|Cocoa|Combine)$|^(?:public |private |internal |open |final |override |static |mutating )*func\s+\w+.*\{$|^(?:let|var)\s+\w+\s*:\s*\[?[A-Z]|^(?:public |final |open )*(?:class|struct|extension|protocol|enum)\s+\w+\s*(?::\s*[\w, ]+)?\s*\{|^guard\s.*\{?$|^if\s+let\s|^@(?:objc|IBOutlet|IBAction|main|State|available)\b/,
    shared: /^(?:let|var)\s+\w+\s*=|^(?:return|if|for|switch|case)\b|^\}|^print\(/,
  },
  {
    mime: 'text/x-kotlin',
    own: /^(?:override |private |public |internal |suspend |inline |open |protected )*fun\s+(?:<.*>\s*)?[\w.]+\s*\(|^(?:val|var)\s+\w+\s*(?::\s*[A-Z][\w<>?, ]*)?\s*(?:=|by\b)|^(?:data|sealed|open|enum|abstract)\s+class\s|^companion\s+object\b|^object\s+\w+\s*(?::|\{)|\bprintln\(|^when\s*(?:\(.*\))?\s*\{/,
    shared: /^package\s+[\w.]+$|^import\s+[\w.]+(?:\.\*)?$|^\}|^(?:if|for|return|class)\b/,
  },
  {
    mime: 'text/x-scala',
    own: /^(?:case\s+)?(?:object|class)\s+\w+.*(?:extends\b|\{$|\($)|^(?:override |private |implicit |final |protected )*def\s+\w+.*(?:=|\{)\s*(?:\{)?$|^trait\s+\w+|^(?:implicit\s+|lazy\s+|private\s+)*val\s+\w+|^import\s+[\w.]+\.\{.*\}|^import\s+(?:scala|akka|java)\.[\w._]+$|\bcase\s+.*=>/,
    shared: /^package\s+[\w.]+$|^import\s+[\w._]+$|^\}|^(?:if|for|match|var)\b/,
  },
  {
    mime: 'text/x-groovy',
    own: /^def\s+\w+\s*(?:=|\([^)]*\)\s*\{)|^import\s+groovy\.|^@Grab\b|^println\s+["']|\.each\s*\{|^(?:plugins|dependencies|repositories|pipeline|stages|node)\s*\{|^apply\s+plugin:/,
    shared: /^package\s+[\w.]+$|^import\s+[\w.*]+$|^class\s+\w+.*\{|^\}|^(?:if|for|return|assert)\b/,
  },
  {
    mime: 'text/x-dart',
    own: /^import\s+'(?:dart|package):|^(?:void|Future<.*>)\s+main\s*\(\)|^@override$|^(?:final|late)\s+\w+.*;|^class\s+\w+\s+extends\s+\w+Widget/,
    shared: /^class\s+\w+|^\}|^(?:if|for|return|var)\b|^\w+\(.*\);/,
  },
];
