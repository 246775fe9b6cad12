import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { identifyText } from './identify-text.ts';
import { textTypes } from './types.ts';

/** A line with `|` in place of a newline keeps the tables below readable. */
const lines = (text: string) => text.replaceAll('|', '\n');
const xml = (root: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<${root}/>\n`;
const base64 = `${'MIIBszCCAVmgAwIBAgIUQ7mWwqz0'.repeat(4)}\n`;
const pem = (label: string) => `-----BEGIN ${label}-----\n${base64}-----END ${label}-----\n`;

/** Content that shows its type whatever the name is. */
const shown: Readonly<Record<string, readonly string[]>> = {
  'message/rfc822': [
    'Return-Path: <ada@example.org>\nReceived: from mill (localhost [127.0.0.1])\n\tby mill.example.org\nSubject: Flour\n\nText\n',
    'From: Ada <ada@example.org>\nTo: Bob <bob@example.org>\nSubject: Flour\nDate: Mon, 5 Jan 2026 10:00:00 +0100\nMIME-Version: 1.0\nContent-Type: text/html\n\n<html><body>Hi</body></html>\n',
    'X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nMessage-ID: <1@example.org>\nFrom: a@example.org\n\nHi\n',
    'From: Ada\nTo: Bob\nSubject: Flour\n\nDear Bob,\n',
    'Subject: test\r\nFrom: a@b.c\r\nContent-Type: multipart/related; boundary=x\r\nMessage-ID: <a@b>\r\n\r\n--x\r\n',
  ],
  'message/news': ['Path: news!other\nFrom: a@example.org\nNewsgroups: comp.test\nSubject: test\n\nText\n'],
  'multipart/related': [
    'From: <Saved by Blink>\nSnapshot-Content-Location: http://example.org/\nSubject: Page\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"\n\n',
    'From: "Saved by Windows Internet Explorer"\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\tboundary="a"\n\n',
  ],
  'application/mbox': [
    'From ada@example.org Mon Jan  5 10:00:00 2026\nReturn-Path: <ada@example.org>\nSubject: x\n\nText\n',
    'From - Mon Jan  5 10:00:00 2026\nX-Mozilla-Status: 0001\nSubject: x\n\nText\n',
  ],
  'application/x-x509-ca-cert': [
    pem('CERTIFICATE'),
    `Certificate:\n    Data:\n        Version: 3\n${pem('CERTIFICATE')}`,
  ],
  'application/x-pem-key': [pem('RSA PRIVATE KEY'), pem('PUBLIC KEY'), pem('EC PRIVATE KEY')],
  'application/pkcs8': [pem('PRIVATE KEY')],
  'application/pkcs8-encrypted': [pem('ENCRYPTED PRIVATE KEY')],
  'application/pkcs10': [pem('CERTIFICATE REQUEST')],
  'application/pkcs7-mime': [pem('PKCS7')],
  'application/pkix-crl': [pem('X509 CRL')],
  'application/x-pem-file': [pem('DH PARAMETERS')],
  'application/pgp-keys': [pem('PGP PUBLIC KEY BLOCK')],
  'application/pgp-signature': [pem('PGP SIGNATURE')],
  'application/pgp-encrypted': [pem('PGP MESSAGE')],
  'application/x-ssh-key': [pem('OPENSSH PRIVATE KEY'), 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI ada@mill\n'],
  'text/x-diff': [
    'diff --git a/mill.c b/mill.c\nindex 1..2 100644\n--- a/mill.c\n+++ b/mill.c\n@@ -1 +1 @@\n-a\n+b\n',
    `From ${'0a'.repeat(20)} Mon Sep 17 00:00:00 2001\nFrom: Ada <a@example.org>\nDate: Mon, 5 Jan 2026 10:00:00 +0100\nSubject: [PATCH] Grind\n\n---\n`,
    `Index: mill.c\n${'='.repeat(67)}\n--- mill.c\t(revision 1)\n+++ mill.c\t(working copy)\n@@ -1 +1 @@\n`,
    '*** old.c\tMon Jan  5\n--- new.c\tMon Jan  5\n***************\n*** 1,2 ****\n! a\n',
    '# HG changeset patch\n# User Ada\n# Date 0 0\n',
    'diff -ruN a/mill.c b/mill.c\n--- a/mill.c\n+++ b/mill.c\n@@ -1 +1 @@\n',
    '1c1\n< old\n---\n> new\n',
  ],
  'application/json': ['{"a": [1, 2]}', '[{"name": "mill", "type": "Windmill"}]', '{"type": "Feature request"}'],
  'application/x-ndjson': ['{"a": 1}\n{"a": 2}\n'],
  'application/json-seq': ['\u001e{"a": 1}\n\u001e{"a": 2}\n'],
  'application/geo+json': ['{"type": "FeatureCollection", "features": []}'],
  'application/x-topojson': ['{"type":"Topology","objects":{},"arcs":[]}'],
  'application/x-ipynb+json': ['{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'],
  'application/ld+json': ['{"@context": "https://schema.org", "@type": "Mill"}'],
  'application/har+json': ['{"log": {"version": "1.2", "entries": []}}'],
  'application/source-map+json': ['{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}'],
  'model/gltf+json': ['{"asset": {"version": "2.0"}, "scenes": []}'],
  'application/manifest+json': ['{"name": "Mill", "start_url": "/", "display": "standalone"}'],
  'image/svg+xml': ['<svg xmlns="http://www.w3.org/2000/svg"></svg>', '<!-- made by hand --><svg width="1"></svg>'],
  'application/xhtml+xml': [xml('html xmlns="http://www.w3.org/1999/xhtml"')],
  'application/rss+xml': [xml('rss version="2.0"')],
  'application/atom+xml': [xml('feed xmlns="http://www.w3.org/2005/Atom"')],
  'application/rdf+xml': ['<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>'],
  'application/vnd.google-earth.kml+xml': [xml('kml xmlns="http://www.opengis.net/kml/2.2"')],
  'application/gpx+xml': [xml('gpx version="1.1"')],
  'application/gml+xml': [xml('gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml"')],
  'application/x-plist': [
    '<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "x.dtd">\n<plist version="1.0"></plist>\n',
  ],
  'application/xslt+xml': [xml('xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"')],
  'application/docbook+xml': [
    xml('book xmlns="http://docbook.org/ns/docbook"'),
    '<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//OASIS//DTD DocBook XML V4.5//EN" "x.dtd"><article></article>',
  ],
  'application/x-fictionbook+xml': [xml('FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"')],
  'application/mathml+xml': ['<math xmlns="http://www.w3.org/1998/Math/MathML"></math>'],
  'text/x-opml': [xml('opml version="2.0"')],
  'application/wsdl+xml': [xml('wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"')],
  'application/x-java-jnlp-file': [xml('jnlp spec="1.0+"')],
  'application/xliff+xml': [xml('xliff version="1.2"')],
  'application/x-tmx+xml': [xml('tmx version="1.4"')],
  'model/vnd.collada+xml': [xml('COLLADA version="1.4.1"')],
  'model/x3d+xml': [xml('X3D version="3.0"')],
  'application/vnd.recordare.musicxml+xml': [xml('score-partwise version="3.0"')],
  'application/smil+xml': [xml('smil')],
  'application/dash+xml': [xml('MPD xmlns="urn:mpeg:dash:schema:mpd:2011"')],
  'application/xspf+xml': [xml('playlist version="1" xmlns="http://xspf.org/ns/0/"')],
  'application/oebps-package+xml': [xml('package xmlns="http://www.idpf.org/2007/opf"')],
  'application/x-dtbncx+xml': [xml('ncx')],
  'application/vnd.ms-wordml': [
    '<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="x"></w:wordDocument>',
  ],
  'application/vnd.ms-spreadsheetml': [xml('Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"')],
  'application/vnd.oasis.opendocument.text-flat-xml': [
    xml(
      'office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:mimetype="application/vnd.oasis.opendocument.text"',
    ),
  ],
  'application/ttml+xml': [xml('tt xmlns="http://www.w3.org/ns/ttml"')],
  'application/soap+xml': [xml('s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"')],
  'application/xml': ['<?xml version="1.0"?><note/>', '<note><to>you</to></note>', xml('project name="build"')],
  'application/xml-dtd': ['<!-- notes -->\n<!ELEMENT note (to, from)>\n<!ATTLIST note id ID #REQUIRED>\n'],
  'text/html': [
    '<!doctype html><p>x',
    '\n\n<HTML>\n<HEAD><TITLE>Old</TITLE></HEAD>\n<BODY BGCOLOR="#FFFFFF">Text<BR></BODY></HTML>',
    '<!-- saved from url=(0014)about:internet -->\n<html><body>x</body></html>',
    '<center><h1>Fragment</h1></center><p>of an <b>old</b> page</p>',
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head></head></html>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml"></html>',
  ],
  'application/rtf': ['{\\rtf1\\ansi text}'],
  'application/postscript': ['%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n', '%!\n/Times-Roman findfont\n'],
  'application/x-font-type1': ['%!PS-AdobeFont-1.0: Mill\n'],
  'application/x-font-bdf': ['STARTFONT 2.1\nFONT x\n'],
  'application/x-font-afm': ['StartFontMetrics 4.1\n'],
  'text/vcard': ['BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n'],
  'text/calendar': ['BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n'],
  'application/x-subrip': [
    '1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n',
    '\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n',
  ],
  'text/vtt': ['WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n', 'WEBVTT - a title\n\n'],
  'text/x-ssa': ['[Script Info]\nTitle: x\n'],
  'text/x-microdvd': ['{0}{25}Hello\n{30}{50}world\n'],
  'application/x-sami': ['<SAMI>\n<BODY>\n'],
  'text/x-lrc': ['[ti:Song]\n[ar:Singer]\n[00:01.00]La la\n', '[00:01.00]La\n[00:02.00]la\n'],
  'audio/x-mpegurl': ['#EXTM3U\n#EXTINF:10,Song\nsong.mp3\n'],
  'application/vnd.apple.mpegurl': ['#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n'],
  'audio/x-scpls': ['[playlist]\nNumberOfEntries=1\nFile1=a.mp3\n'],
  'application/x-cue': [
    'REM GENRE Folk\nPERFORMER "Ada"\nFILE "a.wav" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
  ],
  'application/x-bittorrent': ['d8:announce27:http://tracker.example.org/4:infod4:name4:mill12:piece lengthi32768eee'],
  'application/warc': ['WARC/1.0\r\nWARC-Type: warcinfo\r\n'],
  'text/x-uuencode': ['begin 644 mill.txt\n#0V%T\n`\nend\n'],
  'application/mac-binhex40': ['(This file must be converted with BinHex 4.0)\n:abc:\n'],
  'application/x-sylk': ['ID;PWXL;N;E\nC;X1;Y1;K1\nE\n'],
  'application/x-dif': ['TABLE\n0,1\n"EXCEL"\nVECTORS\n'],
  'image/x-xbitmap': ['#define mill_width 16\n#define mill_height 16\nstatic char mill_bits[] = {\n0x00 };\n'],
  'image/x-xpixmap': ['/* XPM */\nstatic char *mill[] = {\n"1 1 1 1",\n};\n'],
  'image/x-portable-pixmap': ['P3\n# made by hand\n2 1\n255\n255 0 0 0 255 0\n'],
  'image/x-portable-bitmap': ['P1\n4 2\n0 1 0 1\n1 0 1 0\n'],
  'image/vnd.dxf': ['  0\nSECTION\n  2\nHEADER\n', '999\nmade by hand\n  0\nSECTION\n'],
  'model/step': ["ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('x'),'2;1');\n"],
  'model/iges': [
    `${`${'mill'.padEnd(72)}S      1\n`}${`${',,4Hmill;'.padEnd(72)}G      1\n`}${`${'110 1'.padEnd(72)}D      1\n`}x\n`,
  ],
  'model/stl': ['solid mill\n  facet normal 0 0 1\n    outer loop\n'],
  'model/obj': ['# made by hand\nmtllib mill.mtl\no mill\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n'],
  'model/mtl': ['newmtl stone\nKd 0.5 0.5 0.5\n'],
  'model/x-ply': ['ply\nformat ascii 1.0\nelement vertex 3\n'],
  'model/vrml': ['#VRML V2.0 utf8\nShape {}\n'],
  'chemical/x-pdb': [
    'HEADER    PLANT PROTEIN                           02-MAR-00   1EJG\nATOM      1  N   THR A   1\n',
  ],
  'chemical/x-cif': ['data_mill\n_cell_length_a 5.4\nloop_\n_atom_site_label\nNa1\n'],
  'chemical/x-mdl-molfile': [
    '\n  made\n\n  3  2  0  0  0  0            999 V2000\n    0.0    0.0    0.0 O   0\nM  END\n',
  ],
  'text/x-fasta': ['>seq1 wheat\nACGTACGTAACCGGTT\nACGTACGT\n'],
  'text/x-vcf': ['##fileformat=VCFv4.2\n#CHROM\tPOS\n'],
  'text/x-envi-header': ['ENVI\ndescription = {\n  mill}\nsamples = 10\n'],
  'text/x-ms-regedit': ['REGEDIT4\n\n[HKEY_CURRENT_USER]\n', 'Windows Registry Editor Version 5.00\r\n\r\n'],
  'application/x-desktop': ['[Desktop Entry]\nName=Mill\nExec=mill\n', '# translated\n[Desktop Entry]\nName=Mill\n'],
  'application/x-mswinurl': ['[InternetShortcut]\r\nURL=http://example.org/\r\n'],
  'text/x-gettext-translation': ['# German\nmsgid ""\nmsgstr ""\n"Language: de\\n"\n'],
  'text/troff': [
    '.TH MILL 1 "January 2026"\n.SH NAME\nmill \\- grinds\n',
    '.\\" made by hand\n.Dd January 5, 2026\n.Dt MILL 1\n.Os\n.Sh NAME\n',
  ],
  'text/x-tex': [
    '\\documentclass{article}\n\\begin{document}\nx\n\\end{document}\n',
    '% A comment\n\\documentclass{book}\n',
  ],
  'text/x-bibtex': ['@article{mill2026,\n  author = {Ada},\n}\n', '@Book{m,\n title="x"}\n'],
  'text/x-texinfo': ['\\input texinfo\n@setfilename mill.info\n'],
  'text/turtle': ['@prefix ex: <http://example.org/> .\nex:mill a ex:Building .\n'],
  'application/n-triples': ['<http://a.example/s> <http://a.example/p> "o" .\n'],
  'text/vnd.graphviz': ['digraph mill {\n  a -> b;\n}\n'],
  'text/x-ldif': ['dn: cn=Ada,dc=example,dc=org\nobjectClass: person\ncn: Ada\n'],
  'application/yaml': [
    '%YAML 1.2\n---\na: 1\n',
    'services:\n  web:\n    image: mill\n    ports:\n      - "80:80"\nversion: "3"\n',
    '---\na: 1\nb:\n  - c\n',
  ],
  'application/toml': ['[package]\nname = "mill"\nversion = "1.0.0"\n\n[dependencies]\nserde = { version = "1" }\n'],
  'text/x-ini': ['; settings\n[mill]\nstones=2\nspeed=fast\n\n[water]\nlevel=high\n'],
  'text/x-java-properties': ['# texts\nmill.name=Mill\nmill.owner.name = Ada\n'],
  'text/csv': ['name,year,place\nmill,1820,"Ford, upper"\nbakery,1850,Ford\n', '"a";"b"\n"1";"2"\n"3";"4"\n'],
  'text/tab-separated-values': ['name\tyear\nmill\t1820\nbakery\t1850\n'],
  'text/markdown': [
    '# Title\n\nSome *text* with a [link](http://example.org).\n\n## Part\n\n- one\n- two\n',
    'Title\n=====\n\nText with `code`, **bold** words.\n\n* one\n* two\n',
    '# Use\n\n```js\nconst mill = require("mill");\nmodule.exports = mill;\n```\n\nThat is all there is to it.\n',
  ],
  'text/x-rst': ['Title\n=====\n\n.. note:: Mind the stones.\n\nSee :ref:`stones`.\n'],
  'text/org': ['#+TITLE: Mill\n* TODO Grind\n** Sub\n'],
};

describe('content that shows its type', () => {
  for (const [mime, contents] of Object.entries(shown))
    for (const content of contents)
      test(`${mime}: ${content.slice(0, 40).replaceAll(/\s+/g, ' ')}`, () => {
        assert.equal(typeOf(content), mime);
        assert.notEqual(typeOf(content, 'strange.name'), 'text/plain');
      });
});

/** Programs without a telling name. */
const programs: Readonly<Record<string, string>> = {
  'text/x-c': '#include <stdio.h>|/* A mill. */|int main(void)|{|    printf("grind\\n");|    return 0;|}|',
  'text/x-c++':
    '#include <iostream>|using namespace std;||class Mill {|public:|  void grind() { cout << "x" << endl; }|};|',
  'text/x-objective-c': '#import <Foundation/Foundation.h>|@interface Mill : NSObject|- (void)grind;|@end|',
  'text/x-java':
    'package org.example.mill;||import java.util.List;||/** A mill. */|public class Mill {|  public static void main(String[] args) {|    System.out.println("grind");|  }|}|',
  'text/x-csharp':
    'using System;||namespace Example.Mill|{|    public class Mill|    {|        public string Name { get; set; }|        static void Main() { Console.WriteLine("grind"); }|    }|}|',
  'text/javascript':
    "'use strict';|const fs = require('fs');||function grind(grain) {|  return grain.map((each) => {|    console.log(each);|  });|}||module.exports = { grind };|",
  'text/x-typescript':
    "import { Mill } from './mill';||export interface Grain {|  name: string;|  weight: number;|}||export const grind = (grain: Grain): void => {|  console.log(grain.name);|};|",
  'text/x-python':
    'import os|import sys||class Mill(object):|    def grind(self, grain):|        """Grinds."""|        for each in grain:|            print(each)||if __name__ == "__main__":|    Mill().grind([1])|',
  'text/x-ruby':
    "require 'json'||module Mill|  class Stone|    attr_reader :size||    def grind(grain)|      grain.each do |each|        puts each|      end|    end|  end|end|",
  'text/x-perl':
    'use strict;|use warnings;||my @grain = (1, 2);|foreach my $each (@grain) {|    print "$each\\n";|}|sub grind {|    my ($x) = @_;|    return $x;|}|1;|',
  'text/x-php': '<?php|namespace Mill;||class Stone {|  public function grind($grain) {|    echo $grain;|  }|}|',
  'text/x-go': 'package main||import "fmt"||func main() {|\tx := 1|\tfmt.Println("grind", x)|}|',
  'text/x-rust':
    'use std::collections::HashMap;||pub fn grind(grain: &str) -> String {|    let mut flour = String::new();|    println!("{}", grain);|    flour|}|',
  'text/x-swift':
    'import Foundation||func grind(_ grain: String) -> String {|    guard let first = grain.first else { return "" }|    let x: Int = 1|    print(first)|    return grain|}|',
  'text/x-kotlin':
    'package mill||fun main(args: Array<String>) {|    val grain = listOf(1, 2)|    println(grain)|}|data class Stone(val size: Int)|',
  'text/x-scala':
    'package mill||object Mill extends App {|  val grain = List(1, 2)|  def grind(x: Int): Int = {|    x * 2|  }|  grain.map { case x => x }|}|',
  'text/x-lua':
    'local mill = require("mill")||function grind(grain)|  for i, each in ipairs(grain) do|    print(each)|  end|end|return mill|',
  'text/x-haskell':
    'module Mill where||import Data.List (sort)||grind :: [Int] -> [Int]|grind xs = map (* 2) xs||main :: IO ()|main = do|  print (grind [1])|',
  'application/sql':
    "CREATE TABLE mill (|  id INTEGER PRIMARY KEY,|  name VARCHAR(20)|);|INSERT INTO mill VALUES (1, 'Ford');|SELECT name FROM mill WHERE id = 1;|",
  'text/css':
    'body {|  margin: 0;|  color: red;|}|.mill, #stone {|  display: block;|}|@media print { p { color: black } }|',
  'text/x-shellscript':
    '# Grinds.|set -e|for grain in *.txt; do|  if [ -f "$grain" ]; then|    echo "$grain"|  fi|done|',
  'text/x-makefile':
    'CC = gcc|OBJS = mill.o||all: mill||mill: $(OBJS)|\t$(CC) -o $@ $(OBJS)||.PHONY: all clean|clean:|\trm -f *.o|',
  'text/x-dockerfile': 'FROM debian:12|RUN apt-get update|COPY . /mill|WORKDIR /mill|CMD ["mill"]|',
  'application/x-bat': '@echo off|setlocal|if not exist mill goto end|set GRAIN=wheat|echo %GRAIN%|:end|',
  'application/x-powershell':
    'param([string]$Grain)|$mill = Get-Item "mill"|foreach ($each in $mill) {|  Write-Host $each|}|',
  'text/x-fortran':
    '      program mill|      implicit none|      integer i|      do i = 1, 10|        write(*,*) i|      end do|      end program mill|',
  'text/x-pascal': 'program Mill;|uses crt;|var|  i: integer;|begin|  for i := 1 to 10 do|    writeln(i);|end.|',
  'text/x-cobol':
    '       IDENTIFICATION DIVISION.|       PROGRAM-ID. MILL.|       PROCEDURE DIVISION.|           DISPLAY "GRIND".|           STOP RUN.|',
  'text/x-adasrc': 'with Ada.Text_IO;|procedure Mill is|begin|   Ada.Text_IO.Put_Line ("grind");|end Mill;|',
  'text/x-matlab': 'function y = mill(x)|% Grinds.|y = zeros(1, 10);|for i = 1:10|  y(i) = x .* 2;|end|plot(y);|',
  'text/x-r': 'library(stats)|grain <- c(1, 2, 3)|grind <- function(x) {|  mean(x)|}|print(grind(grain))|',
  'text/x-common-lisp': "(defun grind (grain)|  (mapcar #'print grain))|(defvar *mill* nil)|",
  'text/x-clojure': '(ns mill.core|  (:require [clojure.string :as str]))|(defn grind [x]|  (str/join x))|',
  'text/x-erlang': '-module(mill).|-export([grind/1]).||grind(X) ->|    io:format("~p", [X]),|    ok.|',
  'text/x-elixir': 'defmodule Mill do|  @doc "x"|  def grind(x) do|    x|  end|end|',
  'text/x-protobuf':
    'syntax = "proto3";|package mill;||message Grain {|  string name = 1;|  repeated int32 weights = 2;|}|',
  'text/x-verilog': 'module mill(input clk, output reg q);|always @(posedge clk)|  q <= ~q;|endmodule|',
  'text/x-vhdl': 'library ieee;|use ieee.std_logic_1164.all;|entity mill is|  port (clk : in std_logic);|end entity;|',
  'text/x-asm': 'section .text|global _start|_start:|  mov eax, 1|  mov ebx, 0|  int 0x80|  ret|',
  'text/x-tcl': 'package require Tk|proc grind {grain} {|  puts $grain|}|set x 1|',
  'text/x-cmake':
    'cmake_minimum_required(VERSION 3.20)|project(mill)|add_executable(mill main.c)|target_link_libraries(mill m)|',
  'text/x-groovy':
    'import groovy.json.JsonSlurper||def grind(grain) {|  grain.each { println it }|}|def x = 1|println "done"|',
};

describe('programs without a name', () => {
  for (const [mime, content] of Object.entries(programs))
    test(mime, () =>
      assert.equal(
        typeOf(
          mime === 'text/x-ruby'
            ? content
                .replace('each do |each|', 'each do\u0001each\u0001\n')
                .split('|')
                .join('\n')
                .replaceAll('\u0001', '|')
            : lines(content),
        ),
        mime,
      ),
    );
});

test('programs of many languages by their extension', () => {
  const languages = textTypes.filter(([mime]) => typeOf('x = 1\n', `a.${extensionOf(mime)}`) === mime);
  assert.ok(languages.length >= 100, `${languages.length}`);
});

/** Prose, and other texts that resemble a type without being of it. */
const plain: readonly (readonly [filename: string, content: string])[] = [
  ['x', 'The mill stands by the river. It grinds; it has ground for years.\nNobody knows: who built it?\n'],
  ['x', 'To build it, run make. Then import the results; select all from the list (see below).\nUse it if you like.\n'],
  ['hosts', '127.0.0.1\tlocalhost\n127.0.1.1\tmill\n::1\tip6-localhost\n'],
  ['notes.py', 'This is no program. It is prose, and somebody gave it the wrong name.\n'],
  ['notes.sql', 'These are only words in a file. They are about the mill by the river.\n'],
  ['notes.c', 'Dear Ada,\n\nthe mill is finished, and we would like to see you there.\n'],
  ['x', 'Dear all,\nplease, come early, stay late, and eat well.\nYours, sincerely, and always, me\n'],
  ['x', 'Note: this is no mail.\nIt has no header.\n'],
  ['x', 'From the river, one sees the mill in 1820.\nIt was new then.\n'],
  ['x', 'Zutaten:\n- Mehl\n- Wasser\n\nAlles gut mischen und backen.\n'],
  ['x', '1. Introduction\n\nThis is a long report about mills. It has chapters.\n\n2. History\n\nThey were old.\n'],
  ['x', '-- \nAda\n'],
  ['x', '42\n'],
  ['right.exp', '+------+\n| year |\n+------+\n|    1 |\n+------+\n'],
  ['right.exp', 'The mill grinds.\nIt has ground for years.\n'],
  ['x', 'word'],
];

test('what is just text', () => {
  for (const [filename, content] of plain) assert.equal(typeOf(content, filename), 'text/plain', content);
});

/** The name decides between types that the content allows. */
const named: readonly (readonly [filename: string, content: string, mime: string])[] = [
  ['a.txt', 'a,b,c\n1,2,3\n4,5,6\n', 'text/plain'],
  ['a.m', 'function y = mill(x)\ny = x;\nend\n', 'text/x-matlab'],
  ['a.m', '#import <UIKit/UIKit.h>\n@implementation Mill\n@end\n', 'text/x-objective-c'],
  ['a.pl', ':- module(mill, [grind/1]).\ngrind(X) :- write(X).\n', 'text/x-prolog'],
  ['a.pl', 'use strict;\nmy $x = 1;\n', 'text/x-perl'],
  ['a.h', 'int grind(void);\n', 'text/x-c'],
  ['a.html', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>', 'text/html'],
  ['a.html', 'Only <b>bold</b> here', 'text/html'],
  ['Makefile', 'x: y\n\tz\n', 'text/x-makefile'],
  ['Dockerfile.dev', 'FROM x\n', 'text/x-dockerfile'],
  ['CMakeLists.txt', 'project(x)\n', 'text/x-cmake'],
  ['.bashrc', 'alias ll="ls -l"\n', 'text/x-shellscript'],
  ['a.sql', 'select name from mills\n', 'application/sql'],
  ['a.srt', 'words\n', 'text/plain'],
  ['a.json', '{\n  // settings\n  "a": 1,\n}\n', 'application/json'],
  ['a.json5', "{a: 'x'}\n", 'application/json5'],
  ['a.json5', "// settings\n{a: 'x'}\n", 'application/json5'],
  ['a.eml', 'From - Mon Jan  5 10:00:00 2026\nSubject: x\nFrom: a@example.org\n\nText\n', 'message/rfc822'],
  ['a.log', '2026-01-05 10:00:00 INFO started\n2026-01-05 10:00:01 INFO done\n', 'text/x-log'],
  ['a.properties', 'a = b\n', 'text/x-java-properties'],
  ['a.md', 'just words\n', 'text/markdown'],
  ['a.exp', 'spawn ssh miller@mill.example\nexpect "password:"\nsend "$word\\r"\nexpect eof\n', 'text/x-tcl'],
  ['a.exp', 'load_lib mill.exp\nif {[grind $grain]} {\n    return -1\n}\n', 'text/x-tcl'],
  ['a.exp', 'SCHEMA mill;\nENTITY wheel;\n  spokes : INTEGER;\nEND_ENTITY;\nEND_SCHEMA;\n', 'application/express'],
  ['a.ttl', '<a> <b> <c> .\n', 'text/turtle'],
  ['a.yaml', 'To: An\nFrom: Von\nReferences: Literatur\nSee: siehe\nCc: Kopie\nChapter: Kapitel\n', 'application/yaml'],
];

test('the name as a hint', () => {
  for (const [filename, content, mime] of named)
    assert.equal(typeOf(content, filename), mime, `${filename}: ${content}`);
});

test('other readings are candidates', () => {
  const { mime, candidates } = identify('name;year\nmill;1820\nbakery;1850\n', 'a.txt');
  assert.equal(mime, 'text/plain');
  assert.deepEqual(candidates, [{ mime_type: 'text/csv', confidence: 'likely' }]);
});

test('every type has a description and is listed once', () => {
  const mimes = textTypes.map(([mime]) => mime);
  assert.equal(new Set(mimes).size, mimes.length, String(mimes.filter((mime, index) => mimes.indexOf(mime) !== index)));
  assert.ok(textTypes.every(([, description]) => /^[^\s].{2,60}$/.test(description)));
});

test('any text has a type of the table', () => {
  const known = new Set(textTypes.map(([mime]) => mime));
  const pieces = [...Object.values(shown).flat(), ...Object.values(programs).map(lines)].flatMap((text) =>
    text.split(/(?<=\n)/),
  );
  const soup = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 30 })), { maxLength: 40 });
  fc.assert(
    fc.property(soup, fc.constantFrom('', 'txt', 'json', 'c', 'md', 'html', 'm', 'log'), (parts, extension) => {
      const found = identify(parts.join(''), `a.${extension}`);
      assert.ok(known.has(found.mime), found.mime);
      assert.ok((found.candidates?.length ?? 0) <= 5);
    }),
    { numRuns: 500 },
  );
});

/** Texts on which an expression that backtracks would take minutes. */
test('long runs of one piece take no time', () => {
  const pieces = [
    ...'\n\t #-*=_:;,.<>[]{}()"\'`~|/\\@%&+!?$^0aA',
    '\r\n',
    '# ',
    '- ',
    '<a ',
    '<!',
    '[[',
    '](',
    '**',
    '//',
    '/*',
    '(*',
    'a:',
    'a=',
    'a,',
    '#\n',
    '#\n\n',
    '\\a',
    '""',
    'a b ',
    '. ',
    '::',
    '<?',
    '-- ',
    '{"',
    '"a":',
  ];
  for (const before of [
    '',
    '<?xml ',
    'P3 ',
    '[',
    '{',
    'From a 2026\n',
    '# ',
    '%',
    '@',
    'solid',
    'ply\n',
    'OFF\n',
    '---\n',
    'graph',
    '= a\n',
  ])
    for (const piece of pieces) {
      const text = (before + piece.repeat(65_536 / piece.length)).slice(0, 65_536);
      for (const filename of ['x', 'x.csv', 'x.html', 'x.m', 'x.json', 'x.ts']) identify(text, filename, true);
    }
});

test('names that every object has are names like others', () => {
  for (const name of Object.getOwnPropertyNames(Object.prototype)) {
    assert.equal(typeOf('a\n', name), 'text/plain');
    assert.equal(typeOf('a\n', `a.${name}`), 'text/plain');
    assert.equal(typeOf(`#!/bin/${name}\na\n`), 'text/plain');
  }
});

function identify(text: string, filename = 'x', truncated = false) {
  const dot = filename.lastIndexOf('.');
  const extension = dot > 0 ? filename.slice(dot + 1) : '';
  return identifyText({ text: text.replace(/^\ufeff/, ''), truncated, extension, filename });
}

function typeOf(text: string, filename?: string): string {
  return identify(text, filename).mime;
}

function extensionOf(mime: string): string {
  return textTypes.find(([each]) => each === mime)?.[2] ?? '';
}
